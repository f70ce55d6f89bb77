/** Seeded pretraining corpus: questions with solutions, in the proportions of a mix. */
import { at } from "../math/at.ts";
import { createRandom, type Random } from "../math/random.ts";
import { chainExpression } from "./chain.ts";
import type { Family, Level } from "./family.ts";
import { drawQuestion } from "./question.ts";
import { writeSolution, type Style } from "./solution.ts";
import { testPrompts } from "./testSets.ts";

/** Shares of a corpus' documents; each record sums to 1. */
export interface Mix {
  readonly families: Readonly<Record<Family, number>>;
  readonly levels: Readonly<Record<Level, number>>;
  readonly styles: Readonly<Record<Style, number>>;
}

const FAMILIES = { word: 0.5, expression: 0.3, choice: 0.2 };
const LEVEL_SHARES = { L1: 0.3, L2: 0.27, L3: 0.2, L4: 0.14, L5: 0.09 };

/** First phase, the skill: mostly careful solutions. Long chains are rare, so that the model stays weak at them. */
export const SKILL_MIX: Mix = {
  families: FAMILIES,
  levels: LEVEL_SHARES,
  styles: { careful: 0.6, sloppy: 0.15, direct: 0.25 },
};

/** Second phase, the habit of answering without working, which test-time training unlearns. */
export const HABIT_MIX: Mix = {
  families: FAMILIES,
  levels: LEVEL_SHARES,
  styles: { careful: 0.22, sloppy: 0.03, direct: 0.75 },
};

/** A training document, before the chat template and the tokenizer are applied. */
export interface CorpusDocument {
  readonly prompt: string;
  readonly response: string;
  readonly family: Family;
  readonly level: Level;
  readonly style: Style;
  /** The chain as one expression, equal for the same chain in any family. */
  readonly expression: string;
}

interface CorpusOptions {
  readonly documents: number;
  readonly seed: number;
  readonly mix: Mix;
}

/** Draws a key of the record with probability proportional to its value. */
function drawShare<K extends string>(shares: Readonly<Record<K, number>>, random: Random): K {
  const keys = Object.keys(shares) as K[]; // the records above are literals: their keys are exactly K
  return at(keys, random.weighted(keys.map((name) => shares[name])));
}

/** Generates the documents of a mix. Prompts of the test sets are excluded. */
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
