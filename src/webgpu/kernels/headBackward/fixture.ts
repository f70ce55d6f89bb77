/** For tests: runs the kernels of the head forward and backward. */
import type { Values } from "../../../ops/fixture.ts";
import type { DecoderShape } from "../../../decoder/decoderShape.ts";
import type { Gpu } from "../../device/device.ts";
import { floats, runKernel, settingsFor } from "../../fixture.ts";
import {
  packLoss,
  SCORED_WORDS,
  SCORE_WORDS,
  SLOPE_WORDS,
  type LossSettings,
} from "../../layout/scoredToken.ts";
import { headStatistics, vocabularySlices } from "../headStatistics/headStatistics.ts";
import { policyLoss } from "../policyLoss/policyLoss.ts";
import type { KnownToken } from "../policyLoss/fixture.ts";
import { headGradients, logitGradient } from "./headBackward.ts";

/** Packs scored tokens as kernels read them. */
export function packScored(
  known: readonly KnownToken[],
  weights: ArrayLike<number>,
): Float32Array<ArrayBuffer> {
  const scored = new Float32Array(known.length * SCORED_WORDS);
  const words = new Uint32Array(scored.buffer);
  for (const [k, one] of known.entries()) {
    const { token, advantage, oldLogprob, referenceLogprob, valueWeight, oldValue, goal } = one;
    const value = [weights[k]! * valueWeight, oldValue, goal];
    scored.set([0, weights[k]!, advantage, oldLogprob, referenceLogprob, ...value], k * SCORED_WORDS);
    words[k * SCORED_WORDS] = token;
  }
  return scored;
}

interface HeadCase {
  readonly shape: DecoderShape;
  /** [K, D] */
  readonly normed: Values;
  /** [V, D] */
  readonly matrix: Values;
  /** [K], of a value head. */
  readonly values: ArrayLike<number>;
  /** [D] */
  readonly valueWeights: ArrayLike<number>;
  readonly scored: Float32Array<ArrayBuffer>;
  readonly loss: LossSettings;
  /** Tokens of a chunk. */
  readonly chunk: number;
}

/** Scores [K, 4], and the gradients of `normed` and `matrix`. */
export async function runHead(
  gpu: Gpu,
  { shape, normed, matrix, values, valueWeights, scored, loss, chunk }: HeadCase,
) {
  const { width, vocabulary } = shape;
  const count = scored.length / SCORED_WORDS;
  const lines = Math.ceil(count / 4) * 4;
  const shared = {
    batch: settingsFor(count),
    loss: packLoss(loss),
    scored,
    normed: floats(normed.data, lines * width),
    matrix: floats(matrix.data),
    values: floats(values),
    valueWeights: floats(valueWeights),
  };
  const { partials } = await runKernel(gpu, headStatistics(shape), count, {
    ...shared,
    partials: new Float32Array(lines * vocabularySlices(shape) * 4),
  });
  const found = await runKernel(gpu, policyLoss(shape, { value: true }), count, {
    ...shared,
    partials: floats(partials!),
    scores: new Float32Array(count * SCORE_WORDS),
    slopes: new Float32Array(count * SLOPE_WORDS),
  });
  const slopes = floats(found["slopes"]!);
  let inputGradient = new Float32Array(lines * width).fill(7); // the first chunk overwrites
  const matrixGradient: number[] = [];
  for (let start = 0; start < vocabulary; start += chunk) {
    const rows = Math.min(chunk, vocabulary - start);
    const contents = {
      ...shared,
      slopes,
      chunk: Uint32Array.of(start, rows, start === 0 ? 1 : 0, start),
    };
    const { logitGradients } = await runKernel(gpu, logitGradient(shape, chunk), count, {
      ...contents,
      logitGradients: new Float32Array(lines * chunk),
    });
    const written = await runKernel(gpu, headGradients(shape, chunk, { value: true }), count, {
      ...contents,
      logitGradients: floats(logitGradients!),
      inputGradient,
      gradients: new Float32Array(rows * width).fill(1),
    });
    inputGradient = floats(written["inputGradient"]!);
    matrixGradient.push(...written["gradients"]!.map((value) => value - 1)); // accumulated onto the initial ones
  }
  return {
    scores: found["scores"]!,
    inputGradient: inputGradient.subarray(0, count * width),
    matrixGradient,
  };
}
