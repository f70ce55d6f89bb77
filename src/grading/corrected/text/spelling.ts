/** Tidies the notation of an answer for display and for counting votes. */

const REPLACEMENTS: readonly (readonly [RegExp, string])[] = [
  [/\\(?:left|right)(?![a-zA-Z])|\\[!,;]|\\?[$%]|\^\{?\\circ\}?/g, ""],
  [/\s+/g, " "],
  [/(?<!\\)\\[()[\]]/g, ""],
  // Keep spaces that end a word or LaTeX command, or separate a value from a word or a fraction: 5 marbles, 1 1/2.
  [/(?!(?<=\d) \d+ ?\/ ?\d)(?: (?![A-Za-z])|(?<![A-Za-z\d})]) |(?<![A-Za-z]) (?![A-Za-z]{2}))/g, ""],
  [/\\[dt]frac(?![a-zA-Z])/g, "\\frac"],
  [/\\frac ?(\d)(\d)/g, "\\frac{$1}{$2}"],
  [/\.$/, ""],
  [/^\\text\{([^{}]*)\}$/, "$1"],
  [/^[a-z]=/i, ""],
  [/^\+/, ""],
  [/^(-?)\.(?=\d)/, "$10."],
  [/^(-?)(\d+)\/(\d+)$/, "$1\\frac{$2}{$3}"],
];

/** Returns an answer in tidy notation with unchanged meaning; null if nothing is left. */
export function tidied(text: string): string | null {
  const bare = REPLACEMENTS.reduce((rest, [pattern, plain]) => rest.replace(pattern, plain), text).trim();
  if (bare === "") return null;
  const digits = /^-?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(bare) ? bare.replaceAll(",", "") : bare;
  return /^-?\d+(?:\.\d+)?$/.test(digits) ? decimal(digits) : digits;
}

/** "007" -> "7", "12.50" -> "12.5", "-0" -> "0"; as text, so that no digit is rounded. */
function decimal(text: string): string {
  const negative = text.startsWith("-");
  const [whole = "", fraction = ""] = text.slice(Number(negative)).split(".");
  let length = fraction.length; // /0+$/ would take quadratic time on zeros before another digit
  while (length > 0 && fraction[length - 1] === "0") length--;
  const kept = whole.replace(/^0+(?=\d)/, "") + (length > 0 ? `.${fraction.slice(0, length)}` : "");
  return negative && kept !== "0" ? `-${kept}` : kept;
}
