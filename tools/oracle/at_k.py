"""Writes the expected values of best@k, worst@k, maj@k and pass@k, computed with numpy and exact fractions.

    pip install numpy
    python tools/oracle/at_k.py               (from the root of the repository)

Writes tools/oracle/at_k_golden.json: the picks of 60 draws of 12 responses with replacement, five questions of 12 responses
(null is a response without an answer), and the figures averaged over draws, then over questions. The committed file
came from numpy 2.4.6.
"""

import json
from fractions import Fraction
from math import comb
from pathlib import Path

import numpy as np

COUNT, DRAWS, SIZES = 12, 60, [2, 4, 8, 12]
TRUTH = "t"
QUESTIONS = [
    ["t", "a", "t", "b", "a", "t", "c", "a", "t", "b", "a", "d"],  # a tie of right and wrong
    ["a", "a", "a", "t", "a", "b", "a", "a", "a", "a", "c", "a"],  # seldom right
    [None, None, "t", None, None, "a", None, "t", None, None, None, "b"],  # mostly silent
    ["t"] * 12,
    [None] * 11 + ["a"],
]


def majority(answers):
    """Returns the most frequent answer, on ties the first seen, never null; counts each candidate anew."""
    given = [answer for answer in answers if answer is not None]
    return max(given, key=lambda answer: (given.count(answer), -given.index(answer)), default=None)


def figures(picks, k):
    draws = [[[answers[i] for i in pick[:k]] for pick in picks] for answers in QUESTIONS]
    over = lambda value: float(np.mean([np.mean([value(draw) for draw in question]) for question in draws]))
    right = [answers.count(TRUTH) for answers in QUESTIONS]
    unbiased = [1 - Fraction(comb(COUNT - c, k), comb(COUNT, k)) for c in right]
    return {
        "k": k,
        "pass": float(sum(unbiased) / len(unbiased)),
        "best": over(lambda draw: np.max(np.array(draw) == TRUTH)),
        "worst": over(lambda draw: np.min(np.array(draw) == TRUTH)),
        "maj": over(lambda draw: majority(draw) == TRUTH),
    }


picks = np.random.default_rng(42).choice(COUNT, size=(DRAWS, COUNT), replace=True)
golden = {
    "questions": QUESTIONS,
    "truth": TRUTH,
    "picks": picks.ravel().tolist(),
    "figures": [figures(picks, k) for k in SIZES],
    # 1 - C(n - c, k) / C(n, k), where the binomials themselves overflow double precision
    "passAtK": [
        {"count": n, "right": c, "k": k, "value": float(1 - Fraction(comb(n - c, k), comb(n, k)))}
        for n, c, k in [(16, 1, 8), (64, 3, 16), (64, 60, 2), (2000, 1, 1000), (5000, 7, 640)]
    ],
}
path = Path("tools/oracle/at_k_golden.json")
path.write_text(json.dumps(golden) + "\n")
print(f"{path}: {len(golden['figures'])} sizes")
