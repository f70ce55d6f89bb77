/** Endless seeded training text: questions with solutions, in the proportions of a mix. */
import { createRandom, type Random } from "../math/random.ts";
import { chainExpression } from "./chain.ts";
import type { Family, Level } from "./family.ts";
import { drawQuestion } from "./question.ts";
import { writeSolution, type Style } from "./solution.ts";
import { testPrompts } from "./testSets.ts";

/** Shares of the documents of a corpus; each record sums to 1. */
export interface Mix {
  readonly families: Readonly<Record<Family, number>>;
  readonly levels: Readonly<Record<Level, number>>;
  readonly styles: Readonly<Record<Style, number>>;
}

const FAMILIES = { word: 0.5, expression: 0.3, choice: 0.2 };
const LEVEL_SHARES = { L1: 0.3, L2: 0.27, L3: 0.2, L4: 0.14, L5: 0.09 };

/** First phase: the skill. Mostly careful work; long chains are rare, which keeps the model honestly weak at them. */
export const SKILL_MIX: Mix = {
  families: FAMILIES,
  levels: LEVEL_SHARES,
  styles: { careful: 0.6, sloppy: 0.15, direct: 0.25 },
};

/** Second phase: the habit of answering without work, which test-time training then unlearns. */
export const HABIT_MIX: Mix = {
  families: FAMILIES,
  levels: LEVEL_SHARES,
  styles: { careful: 0.22, sloppy: 0.03, direct: 0.75 },
};

/** One training document as text; the model's chat template and tokenizer turn it into tokens. */
export interface CorpusDocument {
  readonly prompt: string;
  readonly response: string;
  readonly family: Family;
  readonly level: Level;
  readonly style: Style;
  /** The arithmetic under the wording, as one expression: equal for the same chain in any family. */
  readonly expression: string;
}

export interface CorpusOptions {
  readonly documents: number;
  readonly seed: number;
  readonly mix: Mix;
}

/** Draws a key of the record with probability proportional to its value. */
function drawShare<K extends string>(shares: Readonly<Record<K, number>>, random: Random): K {
  const keys = Object.keys(shares) as K[]; // the records above are literals: their keys are exactly K
  const key = keys[random.weighted(keys.map((name) => shares[name]))];
  if (key === undefined) throw new Error("drawShare: the record is empty");
  return key;
}

/** Seeded documents of a mix. No prompt of a test set is ever among them. */
export function* corpus({
  documents,
  seed,
  mix,
}: CorpusOptions): Generator<CorpusDocument, undefined, undefined> {
  const random = createRandom(seed);
  const excluded = testPrompts();
  for (let made = 0; made < documents;) {
    const family = drawShare(mix.families, random);
    const level = drawShare(mix.levels, random);
    const question = drawQuestion(family, level, random);
    if (excluded.has(question.prompt)) continue;
    const style = drawShare(mix.styles, random);
    const response = writeSolution(question, style, random);
    yield {
      prompt: question.prompt,
      response,
      family,
      level,
      style,
      expression: chainExpression(question.chain),
    };
    made += 1;
  }
}
