/** Rewards that tell responses of one class apart by how unlike the others they are (EVOL-RL, arXiv 2509.15194). */
import { mean } from "../../math/stats.ts";
import type { Answer, Response } from "../contracts/types.ts";

/** Longest run of tokens that similarity looks at. */
const LONGEST_GRAM = 3;

/** Share of the mean over the own class in a response's similarity; the rest is its nearest other response's. */
const CLASS_SHARE = 0.5;

/** Of a response that has nothing in its class to be compared with, or nothing to tell it apart. */
const MIDDLE = 0.5;

/** Novelty closer together than this is rounding, which scaling would blow up to the whole band. */
const SAME = 1e-9;

/** Width of both bands of rewards: [1/2, 1] and [-1, -1/2]. */
const BAND = 0.5;

/** A group's responses as they were rewarded by the vote. */
export interface Rewarded {
  readonly responses: readonly Pick<Response, "tokens">[];
  /** `answers[i]` and `rewards[i]` belong to `responses[i]`. */
  readonly answers: readonly Answer[];
  readonly rewards: readonly number[];
}

/** Rewards by novelty, and the novelty itself: null where a response has no answer or nothing to compare it with. */
export interface NovelRewards {
  readonly rewards: number[];
  readonly novelty: (number | null)[];
}

/**
 * EVOL-RL: majority for stability, novelty for variation. With s_ij the similarity of responses i and j,
 * novelty_i = 1 - (mean of s_ij over the others of i's class) / 2 - (max of s_ij over all others) / 2, where the classes
 * are the rewarded and the unrewarded and a response alone in its class takes the mean over all others. Within each class
 * it is scaled to [0, 1] by least and most, n_i (1/2 where all are alike). r_i = 1/2 + n_i / 2 for the rewarded and
 * -1 + n_i / 2 for the others, so that every agreeing response earns more than every dissenting one; responses without an
 * answer earn -1 and are compared with none. The authors take the cosine of text embeddings; here s_ij is the cosine of
 * the counts of runs of one to three tokens, which needs no second model and sees wording and working alike.
 */
export function noveltyRewards({ responses, answers, rewards }: Rewarded): NovelRewards {
  const counts = responses.map(({ tokens }) => countGrams(tokens));
  const spoken = answers.flatMap((answer, i) => (answer === null ? [] : [i]));
  const classOf = (i: number): boolean => (rewards[i] ?? 0) > 0;
  const similar = similarities(counts, spoken);
  const novelty = answers.map((_, i) => noveltyOf(i, similar.get(i), classOf));
  const scale = { true: scalerOf(true), false: scalerOf(false) };

  function scalerOf(isRewarded: boolean): (value: number | null) => number {
    const own = spoken.filter((i) => classOf(i) === isRewarded).flatMap((i) => novelty[i] ?? []);
    const [low, high] = [Math.min(...own), Math.max(...own)];
    return (value) => (value === null || !(high - low > SAME) ? MIDDLE : (value - low) / (high - low));
  }
  return {
    novelty,
    rewards: answers.map((answer, i) => {
      if (answer === null) return -1;
      const isRewarded = classOf(i);
      const scaled = scale[`${isRewarded}`](novelty[i] ?? null);
      return (isRewarded ? BAND : -1) + BAND * scaled;
    }),
  };
}

/** By other response, how similar it is. */
type Similarities = ReadonlyMap<number, number>;

function noveltyOf(i: number, similar: Similarities | undefined, classOf: (i: number) => boolean) {
  if (similar === undefined || similar.size === 0) return null;
  const all = [...similar.values()];
  const own = [...similar].flatMap(([j, value]) => (classOf(j) === classOf(i) ? [value] : []));
  const typical = mean(own.length > 0 ? own : all);
  return 1 - CLASS_SHARE * typical - (1 - CLASS_SHARE) * Math.max(...all);
}

/** Cosines between the chosen responses' counts, each pair once. */
function similarities(
  counts: readonly ReadonlyMap<string, number>[],
  chosen: readonly number[],
): ReadonlyMap<number, Similarities> {
  const table = new Map(chosen.map((i) => [i, new Map<number, number>()]));
  const squares = counts.map((grams) => dot(grams, grams));
  for (const [place, i] of chosen.entries()) {
    for (const j of chosen.slice(0, place)) {
      const [a, b] = [counts[i] ?? new Map<string, number>(), counts[j] ?? new Map<string, number>()];
      const cosine = dot(a, b) / (Math.sqrt((squares[i] ?? 0) * (squares[j] ?? 0)) || 1);
      table.get(i)?.set(j, cosine);
      table.get(j)?.set(i, cosine);
    }
  }
  return table;
}

function dot(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  const [few, many] = a.size < b.size ? [a, b] : [b, a];
  let total = 0;
  for (const [gram, count] of few) total += count * (many.get(gram) ?? 0);
  return total;
}

/** How often each run of one to three tokens occurs. */
function countGrams(tokens: Int32Array): Map<string, number> {
  const counts = new Map<string, number>();
  for (let end = 1; end <= tokens.length; end++) {
    for (let length = 1; length <= Math.min(LONGEST_GRAM, end); length++) {
      const gram = tokens.subarray(end - length, end).join(" ");
      counts.set(gram, (counts.get(gram) ?? 0) + 1);
    }
  }
  return counts;
}
