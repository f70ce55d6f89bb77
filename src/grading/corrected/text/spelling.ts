/** One spelling for answers that differ only in dress: what is shown, and most of what is counted. */

const DRESS: readonly (readonly [RegExp, string])[] = [
  [/\\(?:left|right)(?![a-zA-Z])|\\[!,;]|\\?[$%]|\^\{?\\circ\}?/g, ""],
  [/\s+/g, " "],
  [/(?<!\\)\\[()[\]]/g, ""],
  // A space between letters may end a word or a LaTeX name, and one before a word may follow a value: 5 marbles.
  [/ (?![A-Za-z])|(?<![A-Za-z\d})]) |(?<![A-Za-z]) (?![A-Za-z]{2})/g, ""],
  [/\\[dt]frac(?![a-zA-Z])/g, "\\frac"],
  [/\\frac ?(\d)(\d)/g, "\\frac{$1}{$2}"],
  [/\.$/, ""],
  [/^\\text\{([^{}]*)\}$/, "$1"],
  [/^[a-z]=/i, ""],
  [/^\+/, ""],
  [/^(-?)\.(?=\d)/, "$10."],
  [/^(-?)(\d+)\/(\d+)$/, "$1\\frac{$2}{$3}"],
];

/** An answer in a tidy spelling; null when nothing is left. What it says is unchanged. */
export function spelled(text: string): string | null {
  const bare = DRESS.reduce((dressed, [pattern, plain]) => dressed.replace(pattern, plain), text).trim();
  if (bare === "") return null;
  const digits = /^-?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(bare) ? bare.replaceAll(",", "") : bare;
  return /^-?\d+(?:\.\d+)?$/.test(digits) ? decimal(digits) : digits;
}

/** "007" -> "7", "12.50" -> "12.5", "-0" -> "0": by text, so that no digit is lost to rounding. */
function decimal(text: string): string {
  const negative = text.startsWith("-");
  const [whole = "", fraction = ""] = text.slice(Number(negative)).split(".");
  let length = fraction.length; // a pattern like /0+$/ would take quadratic time on zeros before another digit
  while (length > 0 && fraction[length - 1] === "0") length--;
  const kept = whole.replace(/^0+(?=\d)/, "") + (length > 0 ? `.${fraction.slice(0, length)}` : "");
  return negative && kept !== "0" ? `-${kept}` : kept;
}
