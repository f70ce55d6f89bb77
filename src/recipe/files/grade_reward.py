"""What verl's validation reports: whether a response gives the data set's answer. Training never sees it."""

from paper_answers import same
from paper_spelling import extract


def compute_score(data_source, solution_str, ground_truth, extra_info=None, **_):
    """1.0 for the right answer, else 0.0."""
    return float(same(extract(solution_str, extra_info["task"]), ground_truth))
