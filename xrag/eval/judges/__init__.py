"""Judges: generators (or people) that say how good an answer is, alone or as a panel.

A judge has one method, ``judge(cases)``, which gives one verdict for each case, in order. ``GeneratorJudge`` makes one of any
generator; ``majority`` makes one verdict of those of a panel; ``xrag.eval.agreement`` says how far judges agree.
"""
