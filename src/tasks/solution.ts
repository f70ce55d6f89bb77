/**
 * Solutions of a question as text. A careful solution has correct steps, a sloppy one has occasional errors that
 * propagate, a direct one is the boxed answer without steps.
 */
import type { Random } from "../math/random.ts";
import { calculate, type Chain, type Operator } from "./chain.ts";
import type { Option } from "./family.ts";
import type { TaskQuestion } from "./question.ts";

export type Style = "careful" | "sloppy" | "direct";

/** Probability of an error in each step of a sloppy solution. */
const SLIP_SHARE = 0.3;
/** Share of errors in sums and differences that forget a carry or borrow, if there is one. */
const CARRY_SHARE = 0.5;

/** Draws a wrong result as people make them: a forgotten carry or borrow, else off by 1, 2 or 10. */
function slip(a: number, operator: Operator, b: number, result: number, random: Random): number {
  if (random.uniform() < CARRY_SHARE) {
    if (operator === "+" && (a % 10) + (b % 10) >= 10) return result - 10;
    if (operator === "-" && a % 10 < b % 10) return result + 10;
  }
  return Math.max(0, result + random.choice([-10, -2, -1, 1, 2, 10]));
}

/**
 * Writes the steps of a chain, e.g. `46+59=105. 7*2=14. 105+14=119. `, each wrong with probability `slipShare`. Returns them
 * with the resulting value.
 */
function workChain(chain: Chain, slipShare: number, random: Random) {
  let text = "";
  const step = (a: number, operator: Operator, b: number): number => {
    // Negative or inexact only after an error: digits remain digits.
    const exact = Math.floor(Math.abs(calculate(a, operator, b)));
    const result = random.uniform() < slipShare ? slip(a, operator, b, exact, random) : exact;
    text += `${a}${operator}${b}=${result}. `;
    return result;
  };
  const value = chain.events.reduce(
    (before, { operator, amount, bags }) =>
      step(before, operator, bags === undefined ? amount : step(bags, "*", amount)),
    chain.start,
  );
  return { text, value };
}

/**
 * Compares the options in order until one equals the value: `A. 13 no. B. 23 yes. `. Each comparison is a copy that a
 * tiny model can learn, unlike a direct mapping from value to letter. If none matches (only after an error), chooses the
 * nearest, the first of two equally near.
 */
function walkOptions(options: readonly Option[], value: number) {
  const distance = (option: Option): number => Math.abs(option.value - value);
  const chosen = options.reduce((near, option) => (distance(option) < distance(near) ? option : near));
  const isFound = chosen.value === value;
  const others = isFound ? options.slice(0, options.indexOf(chosen)) : options;
  const text = others.map((option) => `${option.letter}. ${option.value} no. `).join("");
  return { text: isFound ? `${text}${chosen.letter}. ${value} yes. ` : text, letter: chosen.letter };
}

/** Writes a solution in the given style, ending in `\boxed{answer}`. */
export function writeSolution(question: TaskQuestion, style: Style, random: Random): string {
  if (style === "direct") return `\\boxed{${question.answer}}`;
  const work = workChain(question.chain, style === "sloppy" ? SLIP_SHARE : 0, random);
  if (question.options === null) return `${work.text}\\boxed{${work.value}}`;
  const walk = walkOptions(question.options, work.value);
  return `${work.text}${walk.text}\\boxed{${walk.letter}}`;
}
