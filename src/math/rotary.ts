/** How fast the rotary embedding (arXiv 2104.09864) turns the pairs of numbers of a head. */

/** How the frequencies of a model's first positions were changed for longer texts. */
export type RopeScaling =
  /** All divided by the factor (arXiv 2306.15595). */
  | { readonly type: "linear"; readonly factor: number }
  /** Llama 3.1's: the slow ones divided, the fast ones kept. */
  | {
      readonly type: "llama3";
      readonly factor: number;
      /** Frequencies that turn fewer times than this over the original positions are divided. */
      readonly lowFrequency: number;
      /** Those that turn more often than this are kept; between the two, something in between. */
      readonly highFrequency: number;
      readonly originalPositions: number;
    };

/** What the frequencies depend on. */
export interface Rotary {
  readonly headDim: number;
  readonly ropeTheta: number;
  readonly ropeScaling: RopeScaling | null;
}

/** Radians by which each pair of a head's numbers turns from one position to the next: [headDim/2]. */
export function rotaryFrequencies({ headDim, ropeTheta, ropeScaling }: Rotary): Float64Array {
  return Float64Array.from({ length: headDim / 2 }, (_, pair) => {
    const frequency = ropeTheta ** ((-2 * pair) / headDim);
    return ropeScaling === null ? frequency : frequency * keptShare(ropeScaling, frequency);
  });
}

/** What a frequency is multiplied with: 1 / factor to 1. */
function keptShare(scaling: RopeScaling, frequency: number): number {
  if (scaling.type === "linear") return 1 / scaling.factor;
  const { factor, lowFrequency, highFrequency, originalPositions } = scaling;
  const turns = (originalPositions * frequency) / (2 * Math.PI);
  const smooth = Math.min(Math.max((turns - lowFrequency) / (highFrequency - lowFrequency), 0), 1);
  return (1 - smooth) / factor + smooth;
}
