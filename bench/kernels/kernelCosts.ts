/** Minimum FLOPs and bytes of a dispatch of each kernel, from its shape. */
import type { ModelConfig } from "../../src/model/language/config.ts";
import { matrixParameters } from "../contenders/models.ts";

/** Costs of one dispatch. */
export interface Cost {
  /** FLOPs of matrix products and attention. */
  readonly flops: number;
  /** Bytes, with each input read once and each output written once. */
  readonly bytes: number;
}

/** Size of a pass through a graph. */
export interface Batch {
  /** Rows of a decoded batch, or tokens of a micro-batch. */
  readonly lines: number;
  /** Lines with logits. */
  readonly scored: number;
  /** Keys attended to, summed over all queries. */
  readonly pairs: number;
  /** Distinct keys attended to. */
  readonly keys: number;
  /** True if the pass stores results for a backward pass. */
  readonly training: boolean;
}

const FLOAT = 4;

/** Matrices [out, in] of a layer by their names in kernel names. */
function matrixOf(part: string, config: ModelConfig): { readonly inputs: number; readonly outputs: number } {
  const { width, hiddenWidth, heads, kvHeads, headDim } = config;
  const [queries, keys] = [heads * headDim, kvHeads * headDim];
  if (part.includes("q_proj")) return { inputs: width, outputs: queries };
  if (part.includes("k_proj") || part.includes("v_proj")) return { inputs: width, outputs: keys };
  if (part.includes("o_proj")) return { inputs: queries, outputs: width };
  if (part.includes("down_proj")) return { inputs: hiddenWidth, outputs: width };
  if (part.includes("gate_proj") || part.includes("up_proj")) return { inputs: width, outputs: hiddenWidth };
  throw new Error(`no matrix of a decoder is called ${part}`);
}

/** Returns the costs of one of `dispatches` dispatches of a kernel in a pass; null if negligible. */
export function costOf(kernel: string, config: ModelConfig, batch: Batch, dispatches: number): Cost | null {
  const [kind = "", list] = kernel.split(" of ");
  if (list !== undefined) return costOfMatrices(kind, list.split(", "), config, batch);
  const ofHead = costOfHead(kind, config, batch);
  if (ofHead !== null) return { flops: ofHead.flops / dispatches, bytes: ofHead.bytes / dispatches };
  return costOfLayer(kind, config, batch);
}

/** Costs of a product with matrices of a layer, or of their gradients. */
function costOfMatrices(
  kind: string,
  parts: readonly string[],
  config: ModelConfig,
  { lines }: Batch,
): Cost | null {
  const matrices = parts.map((part) => matrixOf(part, config));
  const weights = matrices.reduce((sum, { inputs, outputs }) => sum + inputs * outputs, 0);
  const outputs = matrices.reduce((sum, matrix) => sum + matrix.outputs, 0);
  const inputs = matrices[0]?.inputs ?? 0; // the same of all
  const passes: Record<string, number> = {
    addProjection: weights + lines * (inputs + 2 * outputs), // to what is there
    backProject: weights + lines * (inputs + outputs),
    weightGradient: 2 * weights + lines * (inputs + outputs), // to what is there
  };
  const floats = passes[kind];
  return floats === undefined ? null : { flops: 2 * lines * weights, bytes: FLOAT * floats };
}

/** Total costs of the kernels of one name outside the layers. */
function costOfHead(kind: string, { width, vocabulary }: ModelConfig, { scored }: Batch): Cost | null {
  const [product, matrix] = [2 * scored * width * vocabulary, width * vocabulary];
  const [hidden, logits] = [scored * width, scored * vocabulary];
  const costs: Record<string, readonly [flops: number, floats: number]> = {
    head: [product, matrix + hidden + logits],
    sample: [0, logits],
    headStatistics: [product, matrix + hidden],
    logitGradient: [product, matrix + hidden + logits],
    headGradients: [2 * product, 3 * matrix + 2 * hidden + logits], // of the matrix and of its input
  };
  const cost = costs[kind];
  return cost === undefined ? null : { flops: cost[0], bytes: FLOAT * cost[1] };
}

/** Number of matrix parameters; biases and norms are negligible. */
function parametersOf(config: ModelConfig): number {
  return matrixParameters(config) + (config.tied ? 0 : config.width * config.vocabulary);
}

function costOfLayer(kind: string, config: ModelConfig, batch: Batch): Cost | null {
  const { width, hiddenWidth, heads, kvHeads, headDim } = config;
  const { lines, pairs, keys, training } = batch;
  const [queries, cache] = [heads * headDim, 2 * kvHeads * headDim];
  const qkv = width * (queries + cache);
  const costs: Record<string, readonly [flops: number, floats: number]> = {
    embed: [0, 2 * lines * width],
    projectQkv: [2 * lines * qkv, qkv + lines * (width + queries + cache)],
    attend: [4 * pairs * queries, keys * cache + 2 * lines * queries],
    gatedHidden: [
      4 * lines * width * hiddenWidth,
      2 * width * hiddenWidth + lines * (width + (training ? 3 : 1) * hiddenWidth),
    ],
    gatedBackward: [2 * lines * width * hiddenWidth, width * hiddenWidth + lines * (width + 5 * hiddenWidth)],
    attendBackwardQueries: [6 * pairs * queries, keys * cache + 4 * lines * queries],
    attendBackwardKeys: [8 * pairs * queries, 2 * keys * cache + 2 * lines * queries],
    normBackward: [0, 4 * lines * width],
    lineSums: [0, 2 * lines * width],
    embeddingGradient: [0, 2 * lines * width],
    squares: [0, parametersOf(config)],
    adamw: [0, 7 * parametersOf(config)], // parameter, gradient and two moments; all but the gradient written again
  };
  const cost = costs[kind];
  return cost === undefined ? null : { flops: cost[0], bytes: FLOAT * cost[1] };
}
