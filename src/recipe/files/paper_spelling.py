"""Answer extraction by the rules of the lab's `answers: paper` setting, in the normal form by which votes are counted."""

import re

SINGULAR = (
    "east|degree|mph|kmph|ft|m sqaure| m east|sq m|deg|mile|q .|monkey|prime|ratio|profit of rs|rd|o|gm|p . m|lb|tile|per"
    "|dm|lt|gain|ab|way|west|a .|b .|c .|d .|e .|f .|g .|h .|t|a|h|no change|men|soldier|pie|bc|excess|st|inches|noon"
    "|percent|by|gal|kmh|c|acre|rise|a . m|th|π r 2|sq|mark|l|toy|coin|sq . m|gallon|° f|profit|minw|yr|women|feet|am|pm"
    "|hr|cu cm|square|v â € ™|are|rupee|rounds|cubic|cc|mtr|s|ohm|number|kmph|day|hour|minute|min|second|man|woman|sec"
    "|cube|mt|sq inch|mp|∏ cm ³|hectare|more|sec|unit|cu . m|cm 2|rs .|rs|kg|g|month|km|m|cm|mm|apple|liter|loss|yard"
    "|pure|year|increase|decrease|d|less|Surface|litre|pi sq m|s .|metre|meter|inch"
).split("|")
UNITS = [re.compile(rf"(^|\W){unit}($|\W)") for unit in SINGULAR + [f"{unit}s" for unit in SINGULAR]]

SMALL = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
SCALES = ("billion", "million", "thousand")
VALUES = {
    **{word: value for value, word in enumerate(SMALL)},
    **{word: 20 + 10 * i for i, word in enumerate(TENS)},
    **{"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9},
}


def extract(response, task="math"):
    """Returns the answer of a response; "" if it has none, which votes like any other answer."""
    text = response.replace("\u043a\u0438", "")  # a Russian suffix that the authors' code deletes first
    return last_choice(text) if task == "gpqa" else spell(without_dress(stated_answer(text)))


def last_choice(text):
    bare = text.strip("\n").rstrip(".").rstrip("/").strip(" ").lstrip(":")
    letters = re.findall(r"\b[ABCD]\b", bare.upper())
    choice = letters[-1] if letters else bare.strip().strip(".")
    return choice.rstrip(".").rstrip("/")


def stated_answer(text):
    """Returns the stated answer by the first rule that applies."""
    if "final answer is $" in text and "$. I hope" in text:
        return text.split("final answer is $", 1)[1].split("$. I hope", 1)[0].strip()
    if "boxed" in text:
        return box_content(text.rpartition("boxed")[2])
    for phrase in ("he answer is", "final answer is"):
        if phrase in text:
            return text.rpartition(phrase)[2].strip()
    if "答案是" in text:
        return text.split("答案是", 2)[1].strip().split("\n\n", 1)[0].strip()
    numbers = re.findall(r"-?\d*\.?\d+", text.replace(",", ""))
    return numbers[-1] if numbers else ""


def box_content(text):
    if not text.startswith("{"):
        return text.split("$", 1)[0].strip()
    depth = 0
    for i, character in enumerate(text):
        depth += (character == "{") - (character == "}")
        if depth == 0:
            return text[1:i]
    return text[1:]


def without_dress(answer):
    text = re.sub(r"\n\s*", "", answer).removeprefix(":")
    return text.removesuffix(".").removesuffix("/")


def replace_each(text, replacements):
    for old, new in replacements:
        text = text.replace(old, new)
    return text


def spell(answer):
    """Returns the normal form of an answer, by which votes are counted."""
    text = answer.strip().replace("\n", "").rstrip(".").replace("\\!", "")
    text = re.sub(r"\\begin\{array\}\{.*?\}", r"\\begin{pmatrix}", text).replace("\\end{array}", "\\end{pmatrix}")
    text = replace_each(text, [("bmatrix", "pmatrix"), ("tfrac", "frac"), ("dfrac", "frac"), ("\\neq", "\\ne")])
    text = replace_each(text, [("\\leq", "\\le"), ("\\geq", "\\ge"), ("\\left", ""), ("\\right", "")])
    text = replace_each(text, [("\\{", "{"), ("\\}", "}")])
    text = without_units(without_last_text(text))
    text = replace_each(text, [(sign, "") for sign in ("^{\\circ}", "^\\circ", "\\$", "$", "\\(", "\\)")])
    text = re.sub(r"\\text\{(.*?)\}", r"\1", numbers_from_words(text))
    text = replace_each(text, [(name + sign, "") for sign in ("=", "\\in", "\\to") for name in "xyz"])
    text = replace_each(text, [("\\emptyset", "{}"), ("(-\\infty,\\infty)", "\\mathbb{R}"), ("\\%", ""), ("%", "")])
    text = replace_each(text, [(" .", " 0."), ("{.", "{0."), ("infinity", "\\infty")])
    if "\\infty" not in text:
        text = text.replace("inf", "\\infty")
    text = re.sub(r"\\mbox\{.*?\}", "", text.replace("and", "").replace("\\mathbf", ""))
    if "j" in text and "i" not in text:
        text = text.replace("j", "i")
    text = re.sub(r"(\d)\.0*([^\d])", r"\1\2", text) if "." in text else text
    text = re.sub(r"(\d)\.0*\Z", r"\1", text)
    if text.startswith("."):
        text = "0" + text
    text = re.sub(r"\\sqrt(\w+)", r"\\sqrt{\1}", without_short_name(text)).replace(" ", "")
    return whole_fraction(braced_fractions(text), roots=True)


def without_last_text(text):
    start = text.find("\\text{") if text.endswith("}") else -1
    rest = (text if start < 0 else text[:start]).strip()
    return rest or text


def without_units(text):
    for _ in range(2):
        for unit in UNITS:
            shorter = unit.sub(r"\1\2", text)
            text = shorter or text
    return text


def numbers_from_words(text):
    """Converts a text of digits or number words to a number; returns any other text unchanged."""
    plain = text.replace("-", " ").lower()
    if plain.isdigit():
        return str(integer(plain)) if integer(plain) is not None else text
    named = [word for word in plain.split() if word in VALUES or word == "point"]
    if not named or any(named.count(word) > 1 for word in ("point", *SCALES)):
        return text
    point = named.index("point") if "point" in named else len(named)
    whole, digits = words_value(named[:point]), named[point + 1 :]
    if whole is None:
        return text
    if any(word not in SMALL[:10] for word in digits):
        return str(whole)
    return str(whole + float("0." + "".join(str(VALUES[word]) for word in digits))) if digits else str(whole)


def words_value(named):
    """Returns the sum of billions, millions, thousands and the rest; None if they are unordered or empty."""
    if len(named) <= 1:
        return sum(VALUES[word] for word in named)
    total = start = rest = 0
    for scale in SCALES:
        if scale not in named:
            continue
        at = named.index(scale)
        multiplier = group_value(named[start:at]) if at >= start else None
        if multiplier is None:
            return None
        total += multiplier * VALUES[scale]
        start = at + 1
        rest = start if start < len(named) else rest
    if start == len(named) and rest == 0:
        return total
    return total + (group_value(named[rest:]) or 0)


def group_value(group):
    values = [VALUES[word] for word in group]
    if len(values) == 2:
        return values[0] * values[1] if 100 in values else values[0] + values[1]
    if len(values) in (3, 4):
        return values[0] * values[1] + sum(values[2:])
    return values[0] if values else None


def integer(text):
    try:
        return int(text)
    except ValueError:
        return None


def without_short_name(text):
    """ "x=5" -> "5", if there is exactly one "=" and at most two characters before it."""
    name, sign, value = text.partition("=")
    return value if sign and "=" not in value and len(name) <= 2 else text


def braced_fractions(text):
    first, *parts = text.split("\\frac")
    braced = []
    for part in parts:
        if part.startswith("{"):
            braced.append(part)
        elif len(part) < 2:
            return text
        elif part[1] == "{":
            braced.append(f"{{{part[0]}}}{part[1:]}")
        else:
            braced.append(f"{{{part[0]}}}{{{part[1]}}}{part[2:]}")
    return "\\frac".join([first, *braced])


def whole_fraction(text, roots):
    parts = text.split("/")
    plain = all(str(integer(part)) == part or (roots and "sqrt" in part) for part in parts)
    return f"\\frac{{{parts[0]}}}{{{parts[1]}}}" if len(parts) == 2 and plain else text
