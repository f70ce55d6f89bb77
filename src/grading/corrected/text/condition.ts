/** What stands around the value of an answer: a function's name before it, a condition after it. */

const NAME = String.raw`\p{L}(?: ?_ ?(?:[\p{L}\d]|\{[^{}]{1,9}\}))?`;
const PRIMES = String.raw`(?:'{1,3}|\^ ?\{? ?-1 ?\}?)?`;
/** "f(x) =", "f^{-1}(x, y) :=", "f: x ↦" at the beginning of a normalised answer; a number as argument only of f, g, h, p, q. */
const HEAD = new RegExp(
  String.raw`^(?:${NAME} ?${PRIMES} ?\( ?${NAME} ?(?:[,;] ?${NAME} ?){0,4}\) ?(?::?=|≡)|` +
    String.raw`[fghpq] ?${PRIMES} ?\( ?-?[\d.]{1,9} ?\) ?=|${NAME} ?: ?\p{L} ?\\(?:mapsto|to) )`,
  "u",
);

/** Returns a normalised answer without the name and argument of a function in front of its body. */
export function withoutHead(text: string): string {
  const body = text.replace(HEAD, "").trim();
  return body === "" || /[=<>≤≥≠]/.test(body.replace(CONDITION, "")) ? text : body;
}

const QUANTIFIED = String.raw`for(?: ‹?|›? ?)(?:all|any|every|some|real|positive|negative|non|integers?|${NAME} ?(?:[=<>≤≥≠∈,›]|$))`;
/** A condition to the end of a normalised answer: "for all x", "where k is an integer", "if x > 0", "k ∈ ℤ". */
const CONDITION = new RegExp(
  String.raw`[\s,;‹]{1,4}(?:(?:and )?(?:${QUANTIFIED}|(?:where|if|when|whenever|provided|such that|assuming|given that|as long as)(?![a-z])|` +
    String.raw`with ?›? ?${NAME} ?[=<>≤≥≠∈])|(?<=, ?)${NAME} ?∈ ?\{? ?[znrqc](?![a-z])).{0,200}$`,
  "iu",
);
/** Signs that there are several cases, each with its condition. */
const CASES = /otherwise|;|(?:for|if|when|where)(?![a-z]).*(?:for|if|when)(?![a-z])/;

/** Splits a normalised answer into its value and a condition in words; "" if there is none. */
export function splitCondition(text: string): { readonly body: string; readonly condition: string } {
  const condition = CONDITION.exec(text)?.[0] ?? "";
  const body = text.slice(0, text.length - condition.length).replace(/[\s,;]+$/, "");
  const isValue = /[\d\p{L}]/u.test(body) && !/\p{L}{3} \p{L}{3}/u.test(body);
  return condition === "" || CASES.test(condition) || !isValue
    ? { body: text, condition: "" }
    : { body, condition };
}
