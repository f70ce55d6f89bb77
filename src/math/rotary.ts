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
    };

/** Configuration of rotary position embeddings. */
export interface Rotary {
  readonly headDim: number;
  readonly ropeTheta: number;
  readonly ropeScaling: RopeScaling | null;
}

/** Returns the rotation per position of each dimension pair of a head, in radians: [headDim/2]. */
export function rotaryFrequencies({ headDim, ropeTheta, ropeScaling }: Rotary): Float64Array {
  return Float64Array.from({ length: headDim / 2 }, (_, pair) => {
    const frequency = ropeTheta ** ((-2 * pair) / headDim);
    return ropeScaling === null ? frequency : frequency * scaleOf(ropeScaling, frequency);
  });
}

/** Multiplier of a frequency, between 1 / factor and 1. */
function scaleOf(scaling: RopeScaling, frequency: number): number {
  if (scaling.type === "linear") return 1 / scaling.factor;
  const { factor, lowFrequency, highFrequency, originalPositions } = scaling;
  const turns = (originalPositions * frequency) / (2 * Math.PI);
  const smooth = Math.min(Math.max((turns - lowFrequency) / (highFrequency - lowFrequency), 0), 1);
  return (1 - smooth) / factor + smooth;
}
