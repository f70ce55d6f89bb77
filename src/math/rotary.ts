/** Frequencies of rotary position embeddings (RoPE, arXiv 2104.09864). */

/** Scaling of the frequencies for a longer context. */
export type RopeScaling =
  /** All frequencies divided by `factor` (arXiv 2306.15595). */
  | { readonly type: "linear"; readonly factor: number }
  /** Llama 3.1: low frequencies divided by `factor`, high frequencies kept, interpolated in between. */
  | {
      readonly type: "llama3";
      readonly factor: number;
      /** Frequencies with fewer rotations than this over the original context are divided. */
      readonly lowFrequency: number;
      /** Frequencies with more rotations than this over the original context are kept. */
      readonly highFrequency: number;
      readonly originalPositions: number;
    }
  /** YaRN (arXiv 2309.00071): frequencies of few rotations over the original context divided, of many kept. */
  | {
      readonly type: "yarn";
      readonly factor: number;
      /** Rotations over the original context from which on frequencies are kept. */
      readonly betaFast: number;
      /** Rotations over the original context up to which frequencies are divided. */
      readonly betaSlow: number;
      /** The borders between them are rounded outwards to whole dimension pairs. */
      readonly truncate: boolean;
      readonly originalPositions: number;
      /** Multiplier of rotated queries and keys. */
      readonly magnitude: number;
    };

type Yarn = Extract<RopeScaling, { type: "yarn" }>;

/** Configuration of rotary position embeddings. */
export interface Rotary {
  readonly headDim: number;
  readonly ropeTheta: number;
  readonly ropeScaling: RopeScaling | null;
}

/** Returns the rotation per position of each dimension pair of a head, in radians: [headDim/2]. */
export function rotaryFrequencies(rotary: Rotary): Float64Array {
  const { headDim, ropeTheta, ropeScaling } = rotary;
  if (ropeScaling?.type === "yarn") {
    const scale = yarnScale(ropeScaling, rotary);
    return rotaryFrequencies({ ...rotary, ropeScaling: null }).map(
      (frequency, pair) => frequency * scale(pair),
    );
  }
  return Float64Array.from({ length: headDim / 2 }, (_, pair) => {
    const frequency = ropeTheta ** ((-2 * pair) / headDim);
    return ropeScaling === null ? frequency : frequency * scaleOf(ropeScaling, frequency);
  });
}

/** Returns the multiplier of the cosines and sines of a rotary table. */
export function rotaryMagnitude({ ropeScaling }: Rotary): number {
  return ropeScaling?.type === "yarn" ? ropeScaling.magnitude : 1;
}

/** Returns the multiplier of each dimension pair's frequency. Borders and ramp as in transformers' modeling_rope_utils. */
function yarnScale(scaling: Yarn, { headDim, ropeTheta }: Rotary): (pair: number) => number {
  const { factor, betaFast, betaSlow, truncate, originalPositions } = scaling;
  const border = (turns: number): number =>
    (headDim * Math.log(originalPositions / (turns * 2 * Math.PI))) / (2 * Math.log(ropeTheta));
  const [first, last] = [border(betaFast), border(betaSlow)];
  const low = Math.max(truncate ? Math.floor(first) : first, 0);
  const high = Math.min(truncate ? Math.ceil(last) : last, headDim - 1);
  const width = high === low ? 0.001 : high - low;
  return (pair) => {
    const divided = Math.min(Math.max((pair - low) / width, 0), 1);
    return divided / factor + 1 - divided;
  };
}

/** Multiplier of a frequency, between 1 / factor and 1. */
function scaleOf(scaling: Exclude<RopeScaling, Yarn>, frequency: number): number {
  if (scaling.type === "linear") return 1 / scaling.factor;
  const { factor, lowFrequency, highFrequency, originalPositions } = scaling;
  const turns = (originalPositions * frequency) / (2 * Math.PI);
  const smooth = Math.min(Math.max((turns - lowFrequency) / (highFrequency - lowFrequency), 0), 1);
  return (1 - smooth) / factor + smooth;
}
