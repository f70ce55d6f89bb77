/** Normalises an answer to one character per symbol, so that LaTeX and plain text are parsed alike. */
import { FUNCTIONS } from "../value/tree.ts";

/** Thin space: separates groups of thousands written with `\,`, `\!` or `{,}`, as opposed to a list's comma. */
const THIN = "\u2009";

const LAYOUT = [
  "left",
  "right",
  "bigl",
  "bigr",
  "big",
  "bigg",
  "displaystyle",
  "textstyle",
  "limits",
  "boxed",
];
const FONTS = [
  "text",
  "mbox",
  "textbf",
  "textit",
  "textrm",
  "mathbf",
  "mathrm",
  "mathit",
  "mathcal",
  "mathbb",
  "boldsymbol",
  "operatorname",
  "rm",
  "bf",
];

/** LaTeX commands that map to one symbol or are removed. */
const SIGNS = new Map<string, string>([
  ...[...LAYOUT, ...FONTS].map((name): [string, string] => [name, ""]),
  ...["quad", "qquad"].map((name): [string, string] => [name, " "]),
  ...["cdot", "times", "ast"].map((name): [string, string] => [name, "*"]),
  ...["frac", "dfrac", "tfrac", "cfrac"].map((name): [string, string] => [name, "\\frac "]),
  ...["le", "leq", "leqslant"].map((name): [string, string] => [name, "≤"]),
  ...["ge", "geq", "geqslant"].map((name): [string, string] => [name, "≥"]),
  ...["ne", "neq"].map((name): [string, string] => [name, "≠"]),
  ...["circ", "degree"].map((name): [string, string] => [name, "°"]),
  ...["arcsin", "arccos", "arctan"].map((name): [string, string] => [name, `\\${name} `]),
  ...["ldots", "cdots", "dots", "dotsc"].map((name): [string, string] => [name, "\\dots "]),
  ["emptyset", "∅"],
  ["varnothing", "∅"],
  ["div", "/"],
  ["pm", "±"],
  ["mp", "∓"],
  ["lt", "<"],
  ["gt", ">"],
  ["cup", "∪"],
  ["in", "∈"],
  ["infty", "∞"],
  ["pi", "π"],
  ["lbrace", "⦃"],
  ["rbrace", "⦄"],
  ["vert", "|"],
  ["mid", "|"],
  ["lvert", "|"],
  ["rvert", "|"],
]);

/** Greek letters in code point order; the final sigma comes between rho and sigma. */
const GREEK = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho";
const LATE_GREEK = "sigma tau upsilon phi chi psi omega";
for (const [i, name] of `${GREEK} ${LATE_GREEK}`.split(" ").entries()) {
  SIGNS.set(name, String.fromCodePoint(0x3b1 + (i < 17 ? i : i + 1)));
}
/** Commands too short to be recognised as the prefix of a longer name. */
const WHOLE = new Set(["in", "mu", "nu", "xi", "eta", "chi", "psi", "rho", "ne", "lt", "gt", "rm", "bf"]);

/** Commands handled by the parser; known here so that `\cotx`, with a missing space, becomes `\cot x`. */
const KEPT = ["sqrt", "binom", "begin", "end", ...FUNCTIONS];
const KNOWN = new Set([...SIGNS.keys(), ...KEPT]);
const LONGEST = Math.max(...[...KNOWN].map((name) => name.length));

function readMacro(name: string): string {
  if (name === "cap" || name === "setminus") return "∩";
  for (let length = Math.min(name.length, LONGEST); length > 1; length--) {
    const known = name.slice(0, length);
    if (!KNOWN.has(known) || (WHOLE.has(known) && length < name.length)) continue;
    return (SIGNS.get(known) ?? `\\${known} `) + name.slice(length);
  }
  return `\\${name} `;
}

/** Characters after a backslash that are not letters. */
const ESCAPES = new Map([
  ["{", "⦃"],
  ["}", "⦄"],
  [",", THIN],
  [" ", THIN],
  ["!", ""],
  ["\\", "⏎"],
  ["|", "|"],
]);

const TEXTS = /\\(?:text|mbox|hbox|textbf|textit|textrm|textsf|mathrm|mathbf|rm|bf) ?\{([^{}]*)\}/g;
const MAGNITUDES = { thousand: 3, million: 6, billion: 9, trillion: 12 } as const;
const PLAIN: readonly (readonly [RegExp, string])[] = [
  [/²/g, "^2"],
  [/³/g, "^3"],
  [/[−–]/g, "-"],
  [/[×·⋅∙]/g, "*"],
  [/÷|⁄/g, "/"],
  [/\*\*/g, "^"],
  [/<=/g, "≤"],
  [/>=/g, "≥"],
  [/!=/g, "≠"],
];

/** Marks a unit or word in a text command as ‹word›; a single letter, a numeral or a formula stays as it is. */
function readText(content: string): string {
  const text = content.trim();
  if (/^(?:,? ?(?:and|or),?|,)$/.test(text)) return ",";
  return /[a-z]{2}/.test(text) ? `‹${text}›` : `{${text}}`;
}

/** Returns the normalised text: lower case, single spaces, one character per symbol. Linear in the length. */
export function normalise(text: string): string {
  let plain = text.toLowerCase();
  for (const [pattern, sign] of PLAIN.slice(0, 2)) plain = plain.replace(pattern, sign);
  plain = plain.normalize("NFKC");
  for (const [pattern, sign] of PLAIN.slice(2)) plain = plain.replace(pattern, sign);
  return plain
    .replace(/\{,\} ?|, ?\\! ?/g, THIN)
    .replace(TEXTS, (_, content: string) => readText(content))
    .replace(/\\([a-z]+)|\\([^a-z])/g, (_, name?: string, sign?: string) =>
      name === undefined ? (ESCAPES.get(String(sign)) ?? " ") : readMacro(name),
    )
    .replace(/[$€£%~"]/g, "")
    .replace(/\.{3}/g, "\\dots ")
    .replace(/\^ ?(?:\{ ?° ?\}|°)/g, "°")
    .replace(/(?<=[\d\s,])(?:and|or)(?=[\d\s,\\])/g, ",")
    .replace(/,(?: ?,)+/g, ",")
    .replace(
      /(\d) ?(thousand|million|billion|trillion)s?/g,
      (_, digit: string, name: keyof typeof MAGNITUDES) => `${digit}*10^${MAGNITUDES[name]} `,
    )
    .replace(/([)\]]) ?u ?([([])/g, "$1∪$2")
    .replace(/[^\S\u2009]+/g, " ")
    .trim();
}
