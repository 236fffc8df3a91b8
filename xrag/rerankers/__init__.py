"""Rerankers: a better and slower look at what a retriever found. Each is handed the passages to read them.

cross-encoder   question and passage read together by one model
yes-no          a language model that says whether the passage answers
listwise        any generator, asked to put the passages in order
maxsim          late interaction: every token of the question against those of the passage
"""
