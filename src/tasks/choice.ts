/** The choice family: four options on lines of their own, answered by a letter, laid out like GPQA. */
import type { Random } from "../math/random.ts";
import { chainExpression, type Chain } from "./chain.ts";
import { LETTERS, type Option } from "./family.ts";

/** How far a wrong option lies from the answer: slips of a unit, of a carry, of a digit. */
const OFFSETS = [-20, -11, -10, -9, -5, -3, -2, -1, 1, 2, 3, 5, 9, 10, 11, 20];

/** Four different values in random order, one of them the chain's. */
export function drawOptions(chain: Chain, random: Random): Option[] {
  const values = new Set([chain.value]);
  while (values.size < LETTERS.length) values.add(Math.max(0, chain.value + random.choice(OFFSETS)));
  const order = random.shuffle([...values]);
  return LETTERS.flatMap((letter, i) => {
    const value = order[i];
    return value === undefined ? [] : [{ letter, value }];
  });
}

/** The chain as an expression, with its options: `Which is 16+7?`, then `A. 23` to `D. 28`, a line each. */
export function choicePrompt(chain: Chain, options: readonly Option[]): string {
  const lines = options.map(({ letter, value }) => `${letter}. ${value}`);
  return [`Which is ${chainExpression(chain)}?`, ...lines].join("\n");
}
