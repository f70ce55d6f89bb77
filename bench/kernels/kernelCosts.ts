/** What a dispatch of each kernel has to compute and to read and write at least: by its own shape. */
import type { ModelConfig } from "../../src/model/language/config.ts";
import { matrixParameters } from "../contenders/models.ts";

/** Of one dispatch. */
export interface Cost {
  /** Of its matrix products and of attention. */
  readonly flops: number;
  /** Each input read once, each output written once. */
  readonly bytes: number;
}

/** What a pass through a graph is run on. */
export interface Batch {
  /** Rows of a batch, or tokens trained on. */
  readonly lines: number;
  /** Lines with a probability of the next token. */
  readonly scored: number;
  /** Lines attended to, summed over the lines that attend. */
  readonly pairs: number;
  /** Different keys that lines attend to. */
  readonly keys: number;
  /** The pass keeps what a backward pass needs. */
  readonly training: boolean;
}

const FLOAT = 4;

/** The matrices [out, in] of a layer by the names that kernels have them in theirs. */
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

/** Of one of `dispatches` of a kernel in a pass through the graph; null where it is too little to be worth counting. */
export function costOf(kernel: string, config: ModelConfig, batch: Batch, dispatches: number): Cost | null {
  const [kind = "", list] = kernel.split(" of ");
  if (list !== undefined) return costOfMatrices(kind, list.split(", "), config, batch);
  const ofHead = costOfHead(kind, config, batch);
  if (ofHead !== null) return { flops: ofHead.flops / dispatches, bytes: ofHead.bytes / dispatches };
  return costOfLayer(kind, config, batch);
}

/** A product with matrices of a layer, or their gradients. */
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

/** All that the kernels of one name around the layers do together. */
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

/** Of matrices; biases and norms are few. */
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
