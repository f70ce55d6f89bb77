/** The choice family: multiple-choice questions with four options on separate lines, laid out like GPQA. */
import { at } from "../math/at.ts";
import type { Random } from "../math/random.ts";
import { chainExpression, type Chain } from "./chain.ts";
import { LETTERS, type Option } from "./family.ts";

/** Differences of wrong options from the answer: errors of a unit, a carry or a digit. */
const OFFSETS = [-20, -11, -10, -9, -5, -3, -2, -1, 1, 2, 3, 5, 9, 10, 11, 20];

/** Draws four distinct options in random order, one of them the chain's value. */
export function drawOptions(chain: Chain, random: Random): Option[] {
  const values = new Set([chain.value]);
  while (values.size < LETTERS.length) values.add(Math.max(0, chain.value + random.choice(OFFSETS)));
  const order = random.shuffle([...values]);
  return LETTERS.map((letter, i) => ({ letter, value: at(order, i) }));
}

/** Returns the prompt: `Which is 16+7?`, then `A. 23` to `D. 28` on separate lines. */
export function choicePrompt(chain: Chain, options: readonly Option[]): string {
  const lines = options.map(({ letter, value }) => `${letter}. ${value}`);
  return [`Which is ${chainExpression(chain)}?`, ...lines].join("\n");
}
