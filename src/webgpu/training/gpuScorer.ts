/** Scores rows on the GPU: logprobs, entropies and values of their tokens, without memory for gradients. */
import { unsupported, type DecoderShape } from "../../decoder/decoderShape.ts";
import type { DecoderWeights } from "../weights/decoderWeights.ts";
import type { Gpu } from "../device/device.ts";
import { MicroBatches, type Scores } from "./microBatches.ts";
import type { LossSettings } from "../layout/scoredToken.ts";
import type { TrainingCapacity } from "./trainingUpload.ts";

/** A row of tokens, scored from `first` (at least 1) on. */
interface RowToScore {
  readonly tokens: Int32Array;
  readonly first: number;
}

/** Loss settings under which no token has a loss. */
const NO_LOSS: Omit<LossSettings, "temperature"> = {
  clipLow: 0,
  clipHigh: 0,
  dualClip: Infinity,
  klCoefficient: 0,
  entropyCoefficient: 0,
  normalizer: 1,
};

export class GpuScorer {
  readonly #passes: MicroBatches;

  /** Scores with the content of `weights` at the time of each call. */
  constructor(gpu: Gpu, shape: DecoderShape, weights: DecoderWeights) {
    const problem = unsupported(shape);
    if (problem !== null) throw new RangeError(`the GPU scorer cannot run this model: ${problem}`);
    this.#passes = new MicroBatches(gpu, shape, weights, null);
  }

  /** Allocates for micro-batches up to this size. */
  reserve(capacity: TrainingCapacity): Promise<void> {
    return this.#passes.reserve(capacity);
  }

  /** Scores the tokens of the rows under softmax(logits / temperature), in row order; `values` are 0 without a value head. */
  async score(rows: readonly RowToScore[], temperature: number): Promise<Omit<Scores, "losses">> {
    const scored = rows.map((row) => ({
      ...row,
      advantages: [],
      weights: [],
      oldLogprobs: [],
      referenceLogprobs: null,
    }));
    const { logprobs, entropies, values } = await this.#passes.run(scored, { ...NO_LOSS, temperature });
    return { logprobs, entropies, values };
  }

  /** Dispatches per pass and bytes of intermediate results; zeros before the first pass. */
  get statistics(): MicroBatches["statistics"] {
    return this.#passes.statistics;
  }

  dispose(): void {
    this.#passes.dispose();
  }
}
