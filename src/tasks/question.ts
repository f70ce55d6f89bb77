/** Generated questions, drawn one by one or as seeded sets. */
import { at } from "../math/at.ts";
import { createRandom, type Random } from "../math/random.ts";
import { chainExpression, drawChain, type Chain } from "./chain.ts";
import { LETTERS, LEVELS, type Family, type Level, type Option } from "./family.ts";
import { wordPrompt } from "./word.ts";

/** A generated question with the data of its worked solution. */
export interface TaskQuestion {
  readonly family: Family;
  readonly level: Level;
  /** Without a trailing newline, which the chat template adds. */
  readonly prompt: string;
  /** Ground truth: a whole number, or a letter in the choice family. */
  readonly answer: string;
  readonly chain: Chain;
  /** Options of the choice family, else null. */
  readonly options: readonly Option[] | null;
}

/** Differences of wrong options from the answer: errors of a unit, a carry or a digit. */
const OFFSETS = [-20, -11, -10, -9, -5, -3, -2, -1, 1, 2, 3, 5, 9, 10, 11, 20];

/** Draws four distinct options in random order, one of them the chain's value. */
export function drawOptions(chain: Chain, random: Random): Option[] {
  const values = new Set([chain.value]);
  while (values.size < LETTERS.length) values.add(Math.max(0, chain.value + random.choice(OFFSETS)));
  const order = random.shuffle([...values]);
  return LETTERS.map((letter, i) => ({ letter, value: at(order, i) }));
}

/** Returns the prompt of a choice, laid out like GPQA: `Which is 16+7?`, then `A. 23` to `D. 28` on separate lines. */
export function choicePrompt(chain: Chain, options: readonly Option[]): string {
  const lines = options.map(({ letter, value }) => `${letter}. ${value}`);
  return [`Which is ${chainExpression(chain)}?`, ...lines].join("\n");
}

/** Draws a random question of the family and level. */
export function drawQuestion(family: Family, level: Level, random: Random): TaskQuestion {
  const chain = drawChain(level, random);
  if (family === "choice") {
    const options = drawOptions(chain, random);
    const answer = options.find((option) => option.value === chain.value)?.letter;
    if (answer === undefined) throw new Error("drawQuestion: the options lack the answer");
    return { family, level, prompt: choicePrompt(chain, options), answer, chain, options };
  }
  const prompt = family === "word" ? wordPrompt(chain, random) : `Compute ${chainExpression(chain)}`;
  return { family, level, prompt, answer: String(chain.value), chain, options: null };
}

/** Returns `perLevel` questions of every level, L1 first, with unique prompts that are not in `exclude`. */
export function taskQuestions(
  family: Family,
  perLevel: number,
  seed: number,
  exclude: ReadonlySet<string> = new Set(),
): TaskQuestion[] {
  const random = createRandom(seed);
  const seen = new Set(exclude);
  return LEVELS.flatMap((level) => {
    const questions: TaskQuestion[] = [];
    while (questions.length < perLevel) {
      const question = drawQuestion(family, level, random);
      if (seen.has(question.prompt)) continue;
      seen.add(question.prompt);
      questions.push(question);
    }
    return questions;
  });
}
