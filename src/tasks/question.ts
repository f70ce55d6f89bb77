/** Generated questions, drawn one by one or as seeded sets. */
import { createRandom, type Random } from "../math/random.ts";
import { drawChain, type Chain } from "./chain.ts";
import { choicePrompt, drawOptions } from "./choice.ts";
import { expressionPrompt } from "./expression.ts";
import { LEVELS, type Family, type Level, type Option } from "./family.ts";
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

/** Draws a random question of the family and level. */
export function drawQuestion(family: Family, level: Level, random: Random): TaskQuestion {
  const chain = drawChain(level, random);
  if (family === "choice") {
    const options = drawOptions(chain, random);
    const answer = options.find((option) => option.value === chain.value)?.letter;
    if (answer === undefined) throw new Error("drawQuestion: the options lack the answer");
    return { family, level, prompt: choicePrompt(chain, options), answer, chain, options };
  }
  const prompt = family === "word" ? wordPrompt(chain, random) : expressionPrompt(chain);
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
