/** What stands around the value of an answer: a function's name before it, a condition after it. */

const NAME = String.raw`(?:\p{L}|\{\p{L}\})(?: ?_ ?(?:[\p{L}\d]|\{[^{}]{1,9}\}))?`;
const PRIMES = String.raw`(?:'{1,3}|\^ ?\{? ?-1 ?\}?)?`;
/** "f(x) =", "f^{-1}(x, y) :=", "f: x ↦" at the beginning of a normalised answer; a number as argument only of f, g, h, p, q. */
const HEAD = new RegExp(
  String.raw`^(?:${NAME} ?${PRIMES} ?\( ?${NAME} ?(?:[,;] ?${NAME} ?){0,4}\) ?(?::?=|≡)|` +
    String.raw`[fghpq] ?${PRIMES} ?\( ?-?[\d.]{1,9} ?\) ?=|${NAME} ?: ?\p{L} ?\\(?:mapsto|to) )`,
  "u",
);

/** "{x | x > 2}": a set by a condition of its members. */
const BUILT = new RegExp(String.raw`^⦃ ?${NAME}(?: ?∈ ?[^|:]{1,12})? ?[|:] ?([^⦄]+)⦄$`, "u");

/** Returns a normalised answer without the name and argument of a function, or of the members of a set, in front of its body. */
export function withoutHead(text: string): string {
  const built = BUILT.exec(text)?.[1];
  if (built !== undefined) return built.trim();
  const body = text.replace(HEAD, "").trim();
  return body === "" || /[=<>≤≥≠]/.test(body.replace(CONDITION, "")) ? text : body;
}

const QUANTIFIED = String.raw`for(?: ‹?|›? ?)(?:all|any|every|some|real|positive|negative|non|integers?|${NAME} ?(?:[=<>≤≥≠∈,›]|$))`;
/** A condition to the end of a normalised answer: "for all x", "where k is an integer", "(x > 0)", "k ∈ ℤ". */
const CONDITION = new RegExp(
  String.raw`[\s,;‹]{1,4}\(?(?:(?:and )?(?:${QUANTIFIED}|(?:where|if|when|whenever|provided|such that|assuming|given that|as long as)(?![a-z])|` +
    String.raw`with ?›? ?${NAME} ?[=<>≤≥≠∈])|(?<=[,(] ?)(?:${NAME} ?∈ ?\{? ?[znrqc](?![a-z])|${NAME} ?[≠<>≤≥])).{0,200}$`,
  "iu",
);
/** Signs that there are several cases, each with its condition. */
const CASES = /otherwise|;|(?:for|if|when|where)(?![a-z]).*(?:for|if|when)(?![a-z])/;

/** Splits a normalised answer into its value and a condition in words; "" if there is none. */
export function splitCondition(text: string): { readonly body: string; readonly condition: string } {
  const condition = CONDITION.exec(text)?.[0] ?? "";
  const body = text.slice(0, text.length - condition.length).replace(/[\s,;]+$/, "");
  const isValue = /[\d\p{L}]/u.test(body) && !/\p{L}{3} \p{L}{3}|[<>≤≥≠∈]/u.test(body) && isBalanced(body);
  const isOne = condition !== "" && !CASES.test(condition) && isBalanced(condition);
  return isValue && isOne ? { body, condition } : { body: text, condition: "" };
}

function isBalanced(text: string): boolean {
  return text.match(/[([{⦃]/g)?.length === text.match(/[)\]}⦄]/g)?.length;
}
