/** Changes to a group's advantages that depend on how sure its responses and its vote were. */
import { mean, quantile } from "../../math/stats.ts";
import { ballotEntropy } from "./ballot.ts";
import type { AdvantageShaping, TtrlConfig } from "../ttrlConfig.ts";
import type { Response, Vote } from "../contracts/types.ts";

/** ETTRL's bound on advantages. */
const LARGEST = 2;

/** M-GRPO's: how many interquartile ranges below the first quartile a response is an outlier. */
const OUTLYING = 0.75;

/** What remedies look at of a group. */
export interface Remediable {
  readonly vote: Vote;
  readonly responses: readonly Pick<Response, "entropy">[];
  /** What the question counts for: the loss of its responses is this much larger. */
  readonly trust: number;
}

/** A group's advantages after the remedies of the configuration, none by default. */
export function remedied(
  advantages: readonly Float64Array[],
  { vote, responses, trust }: Remediable,
  config: TtrlConfig,
): readonly Float64Array[] {
  if (lacksConsensus(vote, config)) return scaled(penalise(advantages, config.consensusPenalty), trust);
  const entropy = ballotEntropy(vote);
  if (entropy < config.leastVoteEntropy || entropy > config.mostVoteEntropy) {
    return advantages.map(({ length }) => new Float64Array(length));
  }
  return scaled(shapeAdvantages(advantages, responses, config.advantageShaping), trust);
}

/** Whether too few agree for any answer to be a label (RESTRAIN's kappa). */
export function lacksConsensus({ majorityCount }: Vote, { consensusFloor }: TtrlConfig): boolean {
  return majorityCount < consensusFloor;
}

/**
 * With H_i the mean entropy of response i, over the kept responses of a group:
 * "entropy" multiplies the advantage of response i by 1 + (H - H_i) / H, H the mean of H_i, so that unsure responses move
 * the policy less; "clip" holds advantages within -2 and 2 (both ETTRL, arXiv 2508.11356). "outliers" makes the advantage
 * 0 where H_i < Q1 - 0.75 (Q3 - Q1), with the quartiles of H_i, so that what is far too sure is not learnt (M-GRPO, arXiv
 * 2512.13070).
 */
export function shapeAdvantages(
  advantages: readonly Float64Array[],
  responses: readonly Pick<Response, "entropy">[],
  shaping: AdvantageShaping,
): Float64Array[] {
  if (shaping === "clip") {
    return advantages.map((tokens) => tokens.map((value) => Math.min(Math.max(value, -LARGEST), LARGEST)));
  }
  if (shaping === "none" || advantages.length === 0) return [...advantages];
  const entropies = responses.slice(0, advantages.length).map(({ entropy }) => entropy);
  if (shaping === "outliers") {
    const [low, high] = [quantile(entropies, 0.25), quantile(entropies, 0.75)];
    const least = low - OUTLYING * (high - low);
    return advantages.map((tokens, i) => ((entropies[i] ?? low) < least ? tokens.map(() => 0) : tokens));
  }
  const typical = mean(entropies);
  if (typical === 0) return [...advantages]; // nothing is unsure
  return advantages.map((tokens, i) => {
    const factor = 1 + (typical - (entropies[i] ?? typical)) / typical;
    return tokens.map((value) => value * factor);
  });
}

/** RESTRAIN (arXiv 2510.02172): where too few agreed, every response is pushed away from, by delta. */
export function penalise(advantages: readonly Float64Array[], delta: number): Float64Array[] {
  return advantages.map((tokens) => tokens.map((value) => value - delta));
}

function scaled(advantages: readonly Float64Array[], factor: number): readonly Float64Array[] {
  return advantages.map((tokens) => tokens.map((value) => value * factor));
}
