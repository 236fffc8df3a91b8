"""Learned sparse retrieval: the weights that an encoder gave to the terms of all passages, as postings, and the retriever.

PATH/sparse.json      what the rest is: encoder, how many terms, files
PATH/indptr.csc.index.npy, indices.csc.index.npy, data.csc.index.npy    the postings by term: bounds, passages, weights
PATH/numbers.npy, ids.txt, id_ends.npy    the passage of each position
"""
