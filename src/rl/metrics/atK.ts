/** Metrics of k responses: the unbiased pass@k, and best@k, worst@k and maj@k by bootstrap. */
import { at } from "../../math/at.ts";
import { createRandom } from "../../math/random.ts";
import { mean } from "../../math/stats.ts";
import type { Answer } from "../contracts/types.ts";

/** Metrics of k of an evaluation's N responses per question, averaged over questions, in [0, 1]. */
export interface AtK {
  readonly k: number;
  /** Probability that k of the N responses, without replacement, contain a right one. */
  readonly pass: number;
  /** Mean of the best of k drawn with replacement. */
  readonly best: number;
  /** Mean of the worst of k drawn with replacement. */
  readonly worst: number;
  /** Share of draws of k with replacement whose majority answer is right. */
  readonly maj: number;
}

/** One question's graded responses [N]. */
export interface Scored {
  readonly answers: readonly Answer[];
  readonly right: readonly boolean[];
}

/** As in the authors' evaluation: number of bootstrap draws, and the seed that all questions share. */
const DRAWS = 1000;
const SEED = 42;

/** One vote in an answer's score; more than the rest of the score, for up to 16,000 responses per question. */
const VOTE = 1 << 16;

/** A score that no number of votes raises above 0, and whose differences do not overflow. */
const NEVER = -(2 ** 30);

/** The index of a missing answer. */
const MISSING = 0;

/**
 * Unbiased estimate of the probability that k responses contain a right one, from `right` right ones among `count`:
 * 1 - C(count - right, k) / C(count, k) (Chen et al., arXiv 2107.03374, equation 1), as a product that cannot overflow.
 */
export function passAtK(count: number, right: number, k: number): number {
  if (count - right < k) return 1;
  let allWrong = 1;
  for (let i = count - right + 1; i <= count; i++) allWrong *= 1 - k / i;
  return 1 - allWrong;
}

/** Returns 2, 4, 8, ... up to `count`, and `count` itself. */
export function sizesUpTo(count: number): number[] {
  const sizes: number[] = [];
  for (let k = 2; k < count; k *= 2) sizes.push(k);
  return count < 2 ? [] : [...sizes, count];
}

/**
 * Returns the metrics for every k, averaged over questions with N responses each; [] for N = 1. `picks` [draws * N] holds
 * the bootstrap draws one after the other, indices of responses with replacement; the first k picks of a draw are its
 * draw of size k.
 */
export function measureAtK(questions: readonly Scored[], picks?: Uint16Array): AtK[] {
  const count = questions[0]?.answers.length ?? 0;
  const sizes = sizesUpTo(count);
  if (sizes.length === 0) return [];
  const drawn = picks ?? drawPicks(count);
  const draws = drawn.length / count;
  const sums = questions.map((question) => bootstrap(question, sizes, drawn));
  const rightOnes = questions.map(({ right }) => right.filter(Boolean).length);
  return sizes.map((k, i) => {
    const over = (read: (sums: Sums) => readonly number[]): number =>
      mean(sums.map((s) => at(read(s), i) / draws));
    return {
      k,
      pass: mean(rightOnes.map((right) => passAtK(count, right, k))),
      best: over(({ best }) => best),
      worst: over(({ worst }) => worst),
      maj: over(({ maj }) => maj),
    };
  });
}

/** Returns the seeded draws of `count` of `count` responses. */
function drawPicks(count: number): Uint16Array {
  const random = createRandom(SEED);
  return Uint16Array.from({ length: DRAWS * count }, () => random.integer(0, count - 1));
}

/** Number of draws of each size with a right response, with only right ones, with a right majority. */
interface Sums {
  readonly best: readonly number[];
  readonly worst: readonly number[];
  readonly maj: readonly number[];
}

/**
 * Counts one question's draws. An evaluation has millions of picks: plain loops over typed arrays, without branches.
 * A response's code is twice the index of its answer, plus 1 when it is right. An answer's score in a draw is its votes
 * times `VOTE`, plus twice the picks left when it was first seen, plus 1 when it is right: the highest score is the
 * majority's, ties to the answer seen first.
 */
function bootstrap({ answers, right }: Scored, sizes: readonly number[], picks: Uint16Array): Sums {
  if (!right.includes(!right[0]))
    return sameInEveryDraw(right[0] === true, sizes, picks.length / right.length);
  const { numbers, different } = numberAnswers(answers);
  const codes = Int32Array.from(numbers, (number, i) => 2 * number + Number(right[i]));
  const sums = { best: sizes.map(() => 0), worst: sizes.map(() => 0), maj: sizes.map(() => 0) };
  const scores = new Int32Array(different + 1);
  for (let start = 0; start < picks.length; start += codes.length) {
    scores.fill(0);
    scores[MISSING] = NEVER;
    let [next, highest, rightOnes] = [start, 0, 0];
    for (let i = 0; i < sizes.length; i++) {
      const k = sizes[i] ?? 0;
      for (; next < start + k; next++) {
        const code = codes[picks[next] ?? 0] ?? 0;
        const before = scores[code >> 1] ?? 0;
        const first = ((start + codes.length - next) << 1) | (code & 1);
        const score = before + VOTE + (((before - 1) >> 31) & first); // `first` only when it had none before
        scores[code >> 1] = score;
        highest -= (highest - score) & ((highest - score) >> 31); // the larger of both
        rightOnes += code & 1;
      }
      sums.best[i] = (sums.best[i] ?? 0) + Number(rightOnes > 0);
      sums.worst[i] = (sums.worst[i] ?? 0) + Number(rightOnes === k);
      sums.maj[i] = (sums.maj[i] ?? 0) + (highest & 1);
    }
  }
  return sums;
}

/** Counts the draws of a question whose responses are all right or all wrong. */
function sameInEveryDraw(isRight: boolean, sizes: readonly number[], draws: number): Sums {
  const all = sizes.map(() => (isRight ? draws : 0));
  return { best: all, worst: all, maj: all };
}

/** Numbers the different answers from 1; a missing answer is 0. */
function numberAnswers(answers: readonly Answer[]) {
  const known = new Map<string, number>();
  const numbers = answers.map((answer) => {
    if (answer === null) return MISSING;
    const number = known.get(answer) ?? known.size + 1;
    known.set(answer, number);
    return number;
  });
  return { numbers, different: known.size };
}
