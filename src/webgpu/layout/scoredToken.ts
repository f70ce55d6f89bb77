/** What the loss is told of a scored token, what it says of it, and its constants: as they lie in the GPU's memory. */

/** Estimates of KL(policy || reference) a token, by d = referenceLogprob - logprob (Schulman, "Approximating KL divergence"). */
export type KlEstimator = "k1" | "k2" | "k3";

/** Constants of the loss; every estimator and algorithm is a choice of these and of the rows' numbers. */
export interface LossSettings {
  readonly temperature: number;
  readonly clipLow: number;
  readonly clipHigh: number;
  /** With a negative advantage the gain is at least this times it; infinity for no such bound. */
  readonly dualClip: number;
  readonly klCoefficient: number;
  /** k3 unless told. */
  readonly klEstimator?: KlEstimator;
  readonly entropyCoefficient: number;
  /** Values count as if they had moved at most so far from the old ones; infinity, for no such bound, unless told. */
  readonly valueClip?: number;
  /** Each token's loss is divided by it. */
  readonly normalizer: number;
}

/** ExtraEvaluations the token: weights in the loss of policy and value, and what those two compare with. */
export const SCORED_WGSL = `
struct Scored {
  token: u32, weight: f32, advantage: f32, oldLogprob: f32, referenceLogprob: f32,
  valueWeight: f32, oldValue: f32, goal: f32,
}`;
export const SCORED_WORDS = 8;

export const SCORE_WGSL = `
struct Score { logprob: f32, entropy: f32, loss: f32, value: f32 }`;
export const SCORE_WORDS = 4;

/** The softmax of a token's line, and the loss' derivatives by logprob, entropy and value. */
export const SLOPE_WGSL = `
struct Slope {
  token: u32, largest: f32, logTotal: f32, entropy: f32,
  byLogprob: f32, byEntropy: f32, byValue: f32, unused: f32,
}`;
export const SLOPE_WORDS = 8;

export const LOSS_WGSL = `
struct Loss {
  inverseTemperature: f32, clipLow: f32, clipHigh: f32, dualClip: f32,
  klCoefficient: f32, klEstimator: f32, entropyCoefficient: f32, valueClip: f32,
}`;
export const LOSS_BYTES = 32;

/** Stands for infinity, which WGSL does not have. */
const UNBOUNDED = 1e30;

/** Constants as the kernels see them. */
export function packLoss(loss: LossSettings): Float32Array<ArrayBuffer> {
  const { temperature, clipLow, clipHigh, dualClip, klCoefficient, entropyCoefficient } = loss;
  const { klEstimator = "k3", valueClip = Infinity } = loss;
  return Float32Array.of(
    1 / temperature,
    clipLow,
    clipHigh,
    Math.min(dualClip, UNBOUNDED),
    klCoefficient,
    { k1: 1, k2: 2, k3: 3 }[klEstimator],
    entropyCoefficient,
    Math.min(valueClip, UNBOUNDED),
  );
}
