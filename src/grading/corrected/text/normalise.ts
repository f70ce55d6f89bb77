/** Spelling of an answer -> one character for each sign, so that the parser meets LaTeX and plain text alike. */
import { FUNCTIONS } from "../value/tree.ts";

/** Stands between groups of thousands that are set apart by `\,`, `\!` or `{,}`: no comma of a list. */
export const THIN = "\u2009";

const DRESS = [
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

/** LaTeX names that stand for one sign, or for nothing. */
const SIGNS = new Map<string, string>([
  ...[...DRESS, ...FONTS].map((name): [string, string] => [name, ""]),
  ...["quad", "qquad"].map((name): [string, string] => [name, " "]),
  ...["cdot", "times", "ast"].map((name): [string, string] => [name, "*"]),
  ...["frac", "dfrac", "tfrac", "cfrac"].map((name): [string, string] => [name, "\\frac "]),
  ...["le", "leq", "leqslant"].map((name): [string, string] => [name, "≤"]),
  ...["ge", "geq", "geqslant"].map((name): [string, string] => [name, "≥"]),
  ...["ne", "neq"].map((name): [string, string] => [name, "≠"]),
  ...["circ", "degree"].map((name): [string, string] => [name, "°"]),
  ...["arcsin", "arccos", "arctan"].map((name): [string, string] => [name, `\\${name} `]),
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

/** The Greek letters in the order of their code points; the final sigma stands between rho and sigma. */
const GREEK = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho";
const LATE_GREEK = "sigma tau upsilon phi chi psi omega";
for (const [i, name] of `${GREEK} ${LATE_GREEK}`.split(" ").entries()) {
  SIGNS.set(name, String.fromCodePoint(0x3b1 + (i < 17 ? i : i + 1)));
}
/** Names too short to be seen in the letters of a longer name. */
const WHOLE = new Set(["in", "mu", "nu", "xi", "eta", "chi", "psi", "rho", "ne", "lt", "gt", "rm", "bf"]);

/** Names the parser reads itself. Known, so that `\cotx` (a space lost on the way) is still `\cot x`. */
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

/** What follows a backslash and is no name. */
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
const MAGNITUDES: Record<string, number> = { thousand: 3, million: 6, billion: 9, trillion: 12 };
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

/** A unit or a name set as text is marked ‹so›; one letter, a numeral or a formula is what it was. */
function readText(content: string): string {
  const text = content.trim();
  if (/^(?:,? ?(?:and|or),?|,)$/.test(text)) return ",";
  return /[a-z]{2}/.test(text) ? `‹${text}›` : `{${text}}`;
}

/** Lower case, one space between words, one character a sign. Linear in the length. */
export function normalise(text: string): string {
  let plain = text.toLowerCase();
  for (const [pattern, sign] of PLAIN.slice(0, 2)) plain = plain.replace(pattern, sign);
  plain = plain.normalize("NFKC");
  for (const [pattern, sign] of PLAIN.slice(2)) plain = plain.replace(pattern, sign);
  return plain
    .replace(/\{,\} ?|, ?\\! ?/g, THIN)
    .replace(TEXTS, (_, content: string) => readText(content))
    .replace(/\\([a-z]+)|\\([^a-z])/g, (_, name?: string, sign?: string) =>
      name === undefined ? (ESCAPES.get(sign ?? "") ?? " ") : readMacro(name),
    )
    .replace(/[$€£%~"]/g, "")
    .replace(/\^ ?(?:\{ ?° ?\}|°)/g, "°")
    .replace(/(?<=[\d\s,])(?:and|or)(?=[\d\s,\\])/g, ",")
    .replace(/,(?: ?,)+/g, ",")
    .replace(
      /(\d) ?(thousand|million|billion|trillion)s?/g,
      (_, digit: string, name: string) => `${digit}*10^${MAGNITUDES[name] ?? 0} `,
    )
    .replace(/([)\]]) ?u ?([([])/g, "$1∪$2")
    .replace(/[^\S\u2009]+/g, " ")
    .trim();
}
