/** Plain text of LaTeX macros without arguments. Other macros have no text. */
import { at } from "../../../math/at.ts";

const GREEK =
  "alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ mu μ " +
  "nu ν xi ξ pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi ϕ varphi φ chi χ psi ψ omega ω " +
  "Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω";
const OPERATORS =
  "pm ± mp ∓ times × div ÷ cdot · ast ∗ star ⋆ circ ∘ bullet ∙ cap ∩ cup ∪ setminus ∖ wedge ∧ vee ∨ oplus ⊕ ominus ⊖ " +
  "otimes ⊗ odot ⊙ sum ∑ prod ∏ int ∫ oint ∮ partial ∂ nabla ∇ rtimes ⋊ lnot ¬";
const RELATIONS =
  "le ≤ leq ≤ ge ≥ geq ≥ neq ≠ ll ≪ gg ≫ equiv ≡ approx ≈ sim ∼ simeq ≃ cong ≅ propto ∝ in ∈ notin ∉ ni ∋ subset ⊂ " +
  "subseteq ⊆ supset ⊃ supseteq ⊇ mid | parallel ∥ perp ⊥ leqslant ⩽ geqslant ⩾ nmid ∤ subsetneq ⊊ nsubseteq ⊈ " +
  "vdash ⊢ doteq ≐ asymp ≍ triangleq ≜";
const ARROWS =
  "to → rightarrow → leftarrow ← Rightarrow ⇒ Leftarrow ⇐ leftrightarrow ↔ Leftrightarrow ⇔ mapsto ↦ uparrow ↑ " +
  "downarrow ↓ longrightarrow ⟶";
const BRACKETS =
  "lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉ langle ⟨ rangle ⟩ lbrace { rbrace } lvert | rvert | vert | Vert ‖ lVert ‖ rVert ‖ " +
  "backslash \\ { { } } $ $ % % & & # # _ _";
const OTHERS =
  "infty ∞ emptyset ∅ varnothing ∅ forall ∀ exists ∃ angle ∠ square □ prime ' ldots … dots … cdots ⋯ vdots ⋮ ddots ⋱ " +
  "hbar ħ ell ℓ aleph ℵ textdegree ° dag † therefore ∴ because ∵ blacksquare ▪ diamond ♢ complement ∁ top ⊤ " +
  "frown ⌢ smile ⌣ i ı j ȷ o ø O Ø l ł L Ł ss ß ae æ AE Æ oe œ OE Œ aa å AA Å";
const WORDS = "sin cos tan arcsin arccos arctan sinh cosh tanh ln log exp lim max min sup inf";

function pairs(list: string): [string, string][] {
  const names = list.split(" ");
  return names.flatMap((name, i) => (i % 2 === 0 ? [[name, at(names, i + 1)] as [string, string]] : []));
}

/** Macro name -> text. */
export const SIGNS: ReadonlyMap<string, string> = new Map([
  ...[GREEK, OPERATORS, RELATIONS, ARROWS, BRACKETS, OTHERS].flatMap(pairs),
  ...WORDS.split(" ").map((word) => [word, word] as const),
  ...[" ", ",", ";", ":", ">"].map((space) => [space, " "] as const),
  ["quad", "  "],
  ["qquad", "    "],
  ["\\", "\n"],
  ["-", "\u00ad"],
]);

/** Accent macro -> code point of its combining character. */
const MARKS =
  "hat 302 bar 305 vec 20d7 tilde 303 dot 307 ddot 308 check 30c acute 301 grave 300 breve 306 ' 301 ` 300 ^ 302 \" 308 ~ 303 " +
  "= 304 . 307 c 327 v 30c u 306 H 30b d 323 b 331 r 30a k 328 not 338";

/** Accent macro -> combining character. */
export const ACCENTS: ReadonlyMap<string, string> = new Map(
  pairs(MARKS).map(([name, code]) => [name, String.fromCharCode(parseInt(code, 16))]),
);

/** Code points of each mathematical alphabet's "A" and "a", and its letters at other code points. */
const ALPHABETS: ReadonlyMap<string, readonly [capital: number, small: number, elsewhere: string]> = new Map([
  ["mathbf", [0x1d400, 0x1d41a, ""]],
  ["mathit", [0x1d434, 0x1d44e, "hℎ"]],
  ["mathsf", [0x1d5a0, 0x1d5ba, ""]],
  ["mathtt", [0x1d670, 0x1d68a, ""]],
  ["mathbb", [0x1d538, 0x1d552, "CℂHℍNℕPℙQℚRℝZℤ"]],
  ["mathfrak", [0x1d504, 0x1d51e, "CℭHℌIℑRℜZℨ"]],
  ["mathcal", [0x1d49c, 0x1d4b6, "BℬEℰFℱHℋIℐLℒMℳRℛeℯgℊoℴ"]],
  ["mathscr", [0x1d49c, 0x1d4b6, "BℬEℰFℱHℋIℐLℒMℳRℛeℯgℊoℴ"]],
]);

/** Returns a text in the mathematical alphabet of a macro, or null if the macro is not an alphabet. */
export function inAlphabet(macro: string, text: string): string | null {
  const alphabet = ALPHABETS.get(macro);
  if (alphabet === undefined) return null;
  const [capital, small, elsewhere] = alphabet;
  return text.replace(/[A-Za-z]/g, (letter) => {
    const exception = elsewhere.indexOf(letter);
    if (exception >= 0) return elsewhere.charAt(exception + 1);
    const code = letter.charCodeAt(0);
    return String.fromCodePoint(code < 97 ? capital + code - 65 : small + code - 97);
  });
}
