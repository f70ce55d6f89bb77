/** Inputs, outputs and constants of the loss of a scored token, as laid out in GPU memory. */

/** Per-token estimators of KL(policy || reference), from d = referenceLogprob - logprob (Schulman, "Approximating KL divergence"). */
export type KlEstimator = "k1" | "k2" | "k3";

/** Constants of the loss. Algorithms differ only in these and in the numbers of each token. */
export interface LossSettings {
  readonly temperature: number;
  readonly clipLow: number;
  readonly clipHigh: number;
  /** Dual clipping: for A < 0 the objective is at least dualClip * A; infinity disables it. */
  readonly dualClip: number;
  readonly klCoefficient: number;
  /** Default k3. */
  readonly klEstimator?: KlEstimator;
  readonly entropyCoefficient: number;
  /** Clips new values to this distance from the old ones; default infinity, no clipping. */
  readonly valueClip?: number;
  /** Divisor of the loss of each token. */
  readonly normalizer: number;
}

/** Input of the loss after the token id: weights in the policy and value losses, and the numbers these compare with. */
export const SCORED_WGSL = `
struct Scored {
  token: u32, weight: f32, advantage: f32, oldLogprob: f32, referenceLogprob: f32,
  valueWeight: f32, oldValue: f32, goal: f32,
}`;
export const SCORED_WORDS = 8;

export const SCORE_WGSL = `
struct Score { logprob: f32, entropy: f32, loss: f32, value: f32 }`;
export const SCORE_WORDS = 4;

/** Softmax statistics of a token, and derivatives of its loss by logprob, entropy and value. */
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

/** Stands for infinity, which WGSL lacks. */
const UNBOUNDED = 1e30;

/** Packs the constants as kernels read them. */
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
