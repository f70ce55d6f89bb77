/** What k responses are worth together: the unbiased pass@k, and best@k, worst@k and maj@k by the bootstrap. */
import { createRandom } from "../../math/random.ts";
import { mean } from "../../math/stats.ts";
import type { Answer } from "../contracts/types.ts";

/** Sets of k among an evaluation's N responses a question, averaged over questions; shares in [0, 1]. */
export interface AtK {
  readonly k: number;
  /** Probability that k different ones of the N responses hold a right one. */
  readonly pass: number;
  /** Mean of the best of k drawn with replacement. */
  readonly best: number;
  /** Mean of the worst of k drawn with replacement. */
  readonly worst: number;
  /** How often the majority answer of k drawn with replacement is right. */
  readonly maj: number;
}

/** One question's responses: their answers, and which are right. */
export interface Scored {
  readonly answers: readonly Answer[];
  readonly right: readonly boolean[];
}

/** As in the authors' evaluation: draws of each size, and the seed that all questions share. */
const DRAWS = 1000;
const SEED = 42;

/** One vote in a standing; more than the rest of a standing, for up to 16,000 responses a question. */
const VOTE = 1 << 16;

/** A standing that no number of votes lifts above 0, with room below for the differences. */
const NEVER = -(2 ** 30);

/** The number of no answer. */
const SILENCE = 0;

/**
 * Unbiased estimate of the probability that k responses hold a right one, from `right` right ones among `count`:
 * 1 - C(count - right, k) / C(count, k) (Chen et al., arXiv 2107.03374, equation 1), as a product that cannot overflow.
 */
export function passAtK(count: number, right: number, k: number): number {
  if (count - right < k) return 1;
  let allWrong = 1;
  for (let i = count - right + 1; i <= count; i++) allWrong *= 1 - k / i;
  return 1 - allWrong;
}

/** 2, 4, 8, ... up to `count`, and `count` itself. */
export function sizesUpTo(count: number): number[] {
  const sizes: number[] = [];
  for (let k = 2; k < count; k *= 2) sizes.push(k);
  return count < 2 ? [] : [...sizes, count];
}

/**
 * Every figure for every k, averaged over questions of equally many responses; nothing for single responses. `picks`
 * holds the draws one after the other: as many places of responses as there are responses, with replacement. A draw's
 * first k picks are its draw of size k.
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
      mean(sums.map((s) => (read(s)[i] ?? 0) / draws));
    return {
      k,
      pass: mean(rightOnes.map((right) => passAtK(count, right, k))),
      best: over(({ best }) => best),
      worst: over(({ worst }) => worst),
      maj: over(({ maj }) => maj),
    };
  });
}

/** The seeded draws of `count` responses out of as many. */
function drawPicks(count: number): Uint16Array {
  const random = createRandom(SEED);
  return Uint16Array.from({ length: DRAWS * count }, () => random.integer(0, count - 1));
}

/** How many draws of each size had a right response, only right ones, a right majority. */
interface Sums {
  readonly best: readonly number[];
  readonly worst: readonly number[];
  readonly maj: readonly number[];
}

/**
 * One question's draws. An evaluation has millions of picks: plain loops over typed arrays, without a branch inside.
 * A response's code is twice the number of its answer, plus 1 when it is right. An answer's standing in a draw is its
 * votes times `VOTE`, plus twice the picks left when it was first seen, plus 1 when it is right: the highest standing
 * is the majority's, ties to the answer seen first.
 */
function bootstrap({ answers, right }: Scored, sizes: readonly number[], picks: Uint16Array): Sums {
  if (!right.includes(!right[0]))
    return sameInEveryDraw(right[0] === true, sizes, picks.length / right.length);
  const { numbers, different } = numberAnswers(answers);
  const codes = Int32Array.from(numbers, (number, i) => 2 * number + Number(right[i]));
  const sums = { best: sizes.map(() => 0), worst: sizes.map(() => 0), maj: sizes.map(() => 0) };
  const standings = new Int32Array(different + 1);
  for (let start = 0; start < picks.length; start += codes.length) {
    standings.fill(0);
    standings[SILENCE] = NEVER;
    let [next, highest, rightOnes] = [start, 0, 0];
    for (let i = 0; i < sizes.length; i++) {
      const k = sizes[i] ?? 0;
      for (; next < start + k; next++) {
        const code = codes[picks[next] ?? 0] ?? 0;
        const before = standings[code >> 1] ?? 0;
        const first = ((start + codes.length - next) << 1) | (code & 1);
        const standing = before + VOTE + (((before - 1) >> 31) & first); // `first` only when it had none before
        standings[code >> 1] = standing;
        highest -= (highest - standing) & ((highest - standing) >> 31); // the larger of both
        rightOnes += code & 1;
      }
      sums.best[i] = (sums.best[i] ?? 0) + Number(rightOnes > 0);
      sums.worst[i] = (sums.worst[i] ?? 0) + Number(rightOnes === k);
      sums.maj[i] = (sums.maj[i] ?? 0) + (highest & 1);
    }
  }
  return sums;
}

/** The draws of a question whose responses are all right, or all wrong: nothing is left to chance. */
function sameInEveryDraw(isRight: boolean, sizes: readonly number[], draws: number): Sums {
  const all = sizes.map(() => (isRight ? draws : 0));
  return { best: all, worst: all, maj: all };
}

/** Equal answers by equal numbers from 1; silence is 0. */
function numberAnswers(answers: readonly Answer[]) {
  const known = new Map<string, number>();
  const numbers = answers.map((answer) => {
    if (answer === null) return SILENCE;
    const number = known.get(answer) ?? known.size + 1;
    known.set(answer, number);
    return number;
  });
  return { numbers, different: known.size };
}
