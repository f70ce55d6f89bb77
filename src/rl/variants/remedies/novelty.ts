/** Rewards novelty among agreeing and among dissenting responses (EVOL-RL, arXiv 2509.15194). */
import { at } from "../../../math/at.ts";
import { mean } from "../../../math/stats.ts";
import { choice } from "../../config/field.ts";
import type { Rewarded } from "../../contracts/hooks.ts";
import { drawn, text } from "../../contracts/metricText.ts";
import type { Response } from "../../contracts/types.ts";
import { defineVariant } from "../../contracts/variant.ts";

export const novelty = defineVariant({
  name: "novelty",
  fields: {
    novelty: choice(
      { group: "Rewards", label: "Novelty", choices: ["none", "n-grams"] },
      "n-grams rewards agreeing responses between 1/2 and 1 and dissenting ones between -1 and -1/2, more the fewer n-grams of tokens they share with others; no answer earns -1 (EVOL-RL, with an upper clip range of 0.28 and an entropy coefficient of 0.003).",
    ),
  },
  metrics: {
    novelty: drawn(
      text(
        { name: "novelty", unit: "share" },
        "mean over responses of 1 - (mean similarity within the class + highest similarity) / 2",
        "How few n-grams of one to three tokens responses share with the others of their question. Near 0 the policy has only one thing to say.",
      ),
      { label: "novelty", absence: "Measured only where novelty is rewarded." },
    ),
  },
  problems: ({ novelty: kind, advantage }) =>
    kind === "n-grams" && advantage === "remax"
      ? ["novelty (n-grams) has nothing to compare the greedy response with: advantage must not be remax"]
      : [],
  isOn: ({ novelty: kind }) => kind !== "none",
  hooks: () => ({
    reshapeRewards: (group) => {
      const { rewards, novelty: values } = noveltyRewards(group);
      const binaryRewards = rewards.map((reward) => Number(reward > 0));
      return { rewards, binaryRewards, notes: { ...group.notes, novelty: values } };
    },
  }),
});

/** Longest n-gram of the similarity. */
const LONGEST_GRAM = 3;

/** Weight of the mean similarity within the class; the rest is that of the most similar response. */
const CLASS_SHARE = 0.5;

/** Scaled novelty where a class has one response, or equal ones. */
const MIDDLE = 0.5;

/** Differences below this are rounding errors, which scaling would blow up to the whole band. */
const SAME = 1e-9;

/** Width of both bands of rewards: [1/2, 1] and [-1, -1/2]. */
const BAND = 0.5;

interface VotedRewards extends Pick<Rewarded, "answers" | "rewards"> {
  readonly responses: readonly Pick<Response, "tokens">[];
}

/**
 * EVOL-RL: majority for stability, novelty for variation. With s_ij the similarity of responses i and j,
 * novelty_i = 1 - (mean of s_ij over the others of i's class) / 2 - (max of s_ij over all others) / 2, where the classes
 * are the rewarded and the unrewarded, and the only response of a class takes the mean over all others. Within each class
 * it is scaled by minimum and maximum to n_i in [0, 1] (1/2 where all are equal). r_i = 1/2 + n_i / 2 for the rewarded
 * and -1 + n_i / 2 for the others, so that every agreeing response earns more than every dissenting one; responses
 * without an answer earn -1 and are compared with none. The authors take the cosine of text embeddings; here s_ij is the
 * cosine of the counts of n-grams of one to three tokens, which needs no second model. The novelty is null where a response has
 * no answer, or no other response to compare with.
 */
export function noveltyRewards({ responses, answers, rewards }: VotedRewards): {
  readonly rewards: number[];
  readonly novelty: (number | null)[];
} {
  const counts = responses.map(({ tokens }) => countGrams(tokens));
  const spoken = answers.flatMap((answer, i) => (answer === null ? [] : [i]));
  const classOf = (i: number): boolean => at(rewards, i) > 0;
  const similar = similarities(counts, spoken);
  const novelties = answers.map((_, i) => noveltyOf(i, similar.get(i), classOf));
  const scale = { true: scalerOf(true), false: scalerOf(false) };

  function scalerOf(isRewarded: boolean): (value: number | null) => number {
    const own = spoken.filter((i) => classOf(i) === isRewarded).flatMap((i) => novelties[i] ?? []);
    const [low, high] = [Math.min(...own), Math.max(...own)];
    return (value) => (value === null || !(high - low > SAME) ? MIDDLE : (value - low) / (high - low));
  }
  return {
    novelty: novelties,
    rewards: answers.map((answer, i) => {
      if (answer === null) return -1;
      const isRewarded = classOf(i);
      const scaled = scale[`${isRewarded}`](at(novelties, i));
      return (isRewarded ? BAND : -1) + BAND * scaled;
    }),
  };
}

/** Similarity by index of the other response. */
type Similarities = ReadonlyMap<number, number>;

function noveltyOf(i: number, similar: Similarities | undefined, classOf: (i: number) => boolean) {
  if (similar === undefined || similar.size === 0) return null;
  const all = [...similar.values()];
  const own = [...similar].flatMap(([j, value]) => (classOf(j) === classOf(i) ? [value] : []));
  const typical = mean(own.length > 0 ? own : all);
  return 1 - CLASS_SHARE * typical - (1 - CLASS_SHARE) * Math.max(...all);
}

/** Cosine similarities between the chosen responses. */
function similarities(
  counts: readonly ReadonlyMap<string, number>[],
  chosen: readonly number[],
): ReadonlyMap<number, Similarities> {
  const table = new Map(chosen.map((i) => [i, new Map<number, number>()]));
  const squares = counts.map((grams) => dot(grams, grams));
  for (const [place, i] of chosen.entries()) {
    for (const j of chosen.slice(0, place)) {
      const cosine = dot(at(counts, i), at(counts, j)) / (Math.sqrt(at(squares, i) * at(squares, j)) || 1);
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

/** Counts the n-grams of one to three tokens. */
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
