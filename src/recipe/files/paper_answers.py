"""Majority vote by the rules of the lab's `answers: paper` setting, for Python trainers.

`vote_rewards` computes the vote of a group, `same` compares two answers. Comparing formulas requires
`pip install sympy pylatexenc`; without them, answers whose equality needs algebra or LaTeX count as different.
"""

import re
from collections import Counter
from functools import lru_cache

from paper_spelling import braced_fractions, extract, replace_each, whole_fraction, without_short_name


def vote_rewards(responses, task="math"):
    """Returns the majority answer (ties: first seen), its share, and a reward per response: 1.0 if its answer agrees."""
    answers = [extract(response, task) for response in responses]
    counts = Counter(answers)
    label = max(counts, key=counts.get)
    rewards = [1.0 if same(answer, label) else 0.0 for answer in answers]
    return label, counts[label] / len(answers), rewards


@lru_cache(maxsize=65536)
def same(given, truth):
    """Returns True if two answers are equal: by two normal forms, then by algebra element by element."""
    if hendrycks_form(given) == hendrycks_form(truth):
        return True
    given, truth = strong_form(given), strong_form(truth)
    if given == truth:
        return True
    given_elements, truth_elements = elements(given), elements(truth)
    if not given or not truth or len(given_elements) != len(truth_elements):
        return False
    if len(truth_elements) > 1 and (given[0] != truth[0] or given[-1] != truth[-1]):
        return False
    return all(elements_equal(a, b) for a, b in zip(truth_elements, given_elements))


def unwrap_text(answer):
    match = re.match(r"^\\text\{(?P<text>.+?)\}$", answer)
    return match.group("text") if match else answer


def hendrycks_form(answer):
    bare = unwrap_text(answer.strip()).strip()
    try:
        return hendrycks_normal(bare)
    except IndexError:  # truncated LaTeX
        return bare


def hendrycks_normal(text):
    text = replace_each(text, [("\n", ""), ("\\!", ""), ("\\\\", "\\"), ("tfrac", "frac"), ("dfrac", "frac")])
    text = replace_each(text, [("\\left", ""), ("\\right", ""), ("^{\\circ}", ""), ("^\\circ", ""), ("\\$", "")])
    text, *units = text.split("\\text{ ")
    if len(units) > 1:
        raise IndexError
    text = replace_each(text, [("\\%", ""), (" .", " 0."), ("{.", "{0.")])
    if not text:
        return text
    text = without_short_name("0" + text if text.startswith(".") else text)
    first, *roots = text.split("\\sqrt")
    text = "\\sqrt".join([first, *(root if root[0] == "{" else f"{{{root[0]}}}{root[1:]}" for root in roots)])
    text = braced_fractions(text.replace(" ", ""))
    return whole_fraction("\\frac{1}{2}" if text == "0.5" else text, roots=False)


UNIT_NAMES = "degree cm centimeter meter mile second minute hour day week month year foot feet inch yard".split()


def strong_form(answer):
    """Returns plain lower-case text without units, LaTeX and spaces."""
    text = replace_each(unwrap_text(answer), [("\\%", "%"), ("\\$", "$"), ("$", ""), ("%", "")])
    text = replace_each(text, [(" or ", " , "), (" and ", " , ")])
    text = replace_each(text, [("million", "*10^6"), ("billion", "*10^9"), ("trillion", "*10^12")])
    for unit in UNIT_NAMES:
        text = re.sub(rf"{unit}(es)?(s)?(?: *\^[0-9]+| *)", "", text)
    text = re.sub(r"\^ *\\circ", "", text)
    if text.startswith("{") and text.endswith("}"):
        text = text[1:-1]
    text = re.sub(r",\\! *", "", text)
    text = whole_number(text, round) or text
    if "\\" in text:
        text = without_latex(text)
    text = re.sub(r"([0-9]) +([0-9])", r"\1+\2", re.sub(r"- +", "-", text))
    text = re.sub(r"[ {}]", "", text).lower()
    return (whole_number(text.replace(",", ""), int) or text) if is_whole(text) else text


def without_latex(text):
    try:
        from pylatexenc.latex2text import LatexNodes2Text

        latex = replace_each(text, [("\\tfrac", "\\frac"), ("\\dfrac", "\\frac"), ("\\frac", " \\frac")])
        plain = LatexNodes2Text().latex_to_text(latex)
    except Exception:  # keep the text, whatever the library raises
        return text
    signs = [("√", "sqrt"), ("π", "pi"), ("∞", "inf"), ("∪", "U"), ("·", "*"), ("×", "*")]
    return replace_each(plain, signs).strip()


def whole_number(text, to_integer):
    """Returns the digits of a float within 1e-7 of an integer; None for any other text."""
    try:
        value = float(text)
        return str(to_integer(value)) if abs(value - round(value)) <= 1e-7 else None
    except (ValueError, OverflowError):
        return None


def without_thousands(text):
    shorter = re.sub(r"(\d)(,)(\d\d\d)($|\D)", r"\1\3\4", text)
    return text if shorter == text else without_thousands(shorter)


def is_whole(text):
    return whole_number(without_thousands(text), round) is not None


def elements(form):
    text = without_thousands(form)
    brackets = "()[]"
    if len(text) > 2 and text[0] in brackets and text[-1] in brackets and not set(text[1:-1]) & set(brackets):
        return [part.strip() for part in text[1:-1].split(",")]
    return [text]


FRACTION = re.compile(r"^-?[0-9]+.?/0*[1-9][0-9]*.?$")
# Only letters, numbers and operators: sympy evaluates its input as Python, so it must not be a program.
FORMULA = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+|[a-z]+|[-+*/^()])*")


def elements_equal(truth, given):
    if FRACTION.match(truth) and FRACTION.match(given):
        return truth == given
    if is_whole(truth) != is_whole(given):
        return False
    difference = f"({truth})-({given})"
    letters = {letter for letter in re.sub("sqrt|frac", "", difference) if letter.isalpha()}
    if len(letters) > 2 or re.search(r"\^\{|\^\(|\^[0-9]+\^|\^[0-9][0-9]+", difference):
        return False
    return len(difference) < 500 and is_zero(difference)


def is_zero(difference):
    if not FORMULA.fullmatch(difference) or "**" in difference:
        return False
    try:
        from sympy import simplify
        from sympy.parsing import sympy_parser

        rules = sympy_parser.standard_transformations + (sympy_parser.implicit_multiplication_application,)
        return bool(simplify(sympy_parser.parse_expr(difference.replace("^", "**"), transformations=rules)) == 0)
    except Exception:  # not a formula, or one without a value: the answers count as different
        return False
