"""Reward function of verl's validation: compares a response with the ground truth. Not used in training."""

from paper_answers import same
from paper_spelling import extract


def compute_score(data_source, solution_str, ground_truth, extra_info=None, **_):
    """Returns 1.0 for a correct answer, else 0.0."""
    return float(same(extract(solution_str, extra_info["task"]), ground_truth))
