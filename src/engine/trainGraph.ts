/** A micro-batch's passes as one graph: no tape, each gradient where the optimizer reads it. */
import type { DecoderShape } from "./decoderShape.ts";
import { keyWidth, normedWidth, queryWidth } from "./headPadding.ts";
import { GraphBuilder, type BufferView, type Graph, type Pipelines, type Scratch } from "./graph.ts";
import { chunkTokens, type HeadChunk } from "./headChunks.ts";
import { TILE } from "./kernel.ts";
import { vocabularySlices } from "./kernels/headStatistics/headStatistics.ts";
import { addLineSums } from "./kernels/lineSums/lineSums.ts";
import type { LineSumPlan } from "./lineSumPlan.ts";
import type { ParameterBuffer } from "./parameterBuffer.ts";
import { SLOPE_WORDS } from "./scoredToken.ts";
import {
  backwardKernels,
  forwardKernels,
  VALUE_BIAS,
  VALUE_WEIGHT,
  type BackwardKernels,
  type ForwardKernels,
} from "./trainKernels.ts";
import type { TrainingCapacity, TrainingUpload } from "./trainingUpload.ts";
import type { TrainVariants } from "./variants.ts";

/** What a forward pass reads, and the scores it writes. */
export interface ScoreInputs {
  readonly device: GPUDevice;
  readonly pipelines: Pipelines;
  readonly variants: TrainVariants;
  readonly shape: DecoderShape;
  readonly parameters: ParameterBuffer;
  readonly capacity: TrainingCapacity;
  readonly upload: TrainingUpload["views"];
  readonly rope: BufferView;
  readonly scores: BufferView;
}

/** What a backward pass adds to it. */
export interface TrainInputs extends ScoreInputs {
  readonly gradients: ParameterBuffer;
  readonly chunks: readonly HeadChunk[];
  readonly sums: LineSumPlan;
  /** Keep only the layers' inputs, and compute the rest once more on the way back. */
  readonly recompute: boolean;
}

/** Places of the sizes of a batch. */
const SCORED = 1;
const TOKENS = 2;
const WORD = 4;
const EMBEDDING = "model.embed_tokens.weight";
const NORM = "model.norm.weight";

/** Whether a decoder's parameters have a value head. */
export function hasValueHead({ layout }: ParameterBuffer): boolean {
  return layout.parameters.has(VALUE_WEIGHT);
}

/** Name of the matrix that gives the logits. */
export function headMatrix({ tied }: DecoderShape): string {
  return tied ? EMBEDDING : "lm_head.weight";
}

/** Records a forward pass that only scores. */
export function buildScoreGraph(inputs: ScoreInputs): Promise<Graph> {
  const pass = new ForwardPass(inputs, false);
  let x = pass.embed();
  for (let i = 0; i < inputs.shape.layers; i++) x = pass.layer(i, x).output;
  pass.score(x);
  return pass.builder.build();
}

/** Records forward and backward pass. */
export function buildTrainGraph(inputs: TrainInputs): Promise<Graph> {
  const { recompute } = inputs;
  const forward = new ForwardPass(inputs, true);
  const layers: Kept[] = [];
  let x = forward.embed();
  for (let i = 0; i < inputs.shape.layers; i++) {
    const { kept, output } = forward.layer(i, x);
    layers.push(kept);
    x = output;
  }
  const backward = new BackwardPass(forward, inputs);
  const gradient = backward.head(x, forward.score(x));
  for (const [i, kept] of [...layers.entries()].reverse()) {
    const again = recompute ? forward.layer(i, kept.x, true).kept : kept;
    backward.mlp(i, again, gradient);
    backward.attention(i, again, gradient);
  }
  backward.end(gradient);
  return forward.builder.build();
}

/** What a layer's backward pass needs of its forward pass. */
interface Kept {
  readonly x: Scratch;
  /** Queries and keys before their heads are normed, where they are. */
  readonly heads: Scratch;
  readonly queries: Scratch;
  readonly cache: Scratch;
  readonly context: Scratch;
  readonly totals: Scratch;
  /** After attention. */
  readonly middle: Scratch;
  readonly gates: Scratch;
  readonly ups: Scratch;
}

/** What the head's backward pass needs of its forward pass. */
interface KeptOfHead {
  readonly normed: Scratch;
  readonly slopes: Scratch;
}

class ForwardPass {
  readonly builder: GraphBuilder;
  readonly #kernels: ForwardKernels;
  readonly #value: boolean;

  /** With `keep`, intermediate results stay until the last kernel that is given them. */
  constructor(
    readonly inputs: ScoreInputs,
    readonly keep: boolean,
  ) {
    const { device, pipelines, variants, shape, parameters } = inputs;
    this.builder = new GraphBuilder(device, pipelines, keep ? "training" : "scoring");
    this.#value = hasValueHead(parameters);
    this.#kernels = forwardKernels(shape, parameters.layout.layer, keep, this.#value, variants);
  }

  lines(width: number): Scratch {
    return scratch(this.inputs.capacity.lines, width);
  }

  ofScored(width: number): Scratch {
    return scratch(this.inputs.capacity.scored, width);
  }

  /** The embeddings of the lines' tokens. */
  embed(): Scratch {
    const { shape, upload, parameters } = this.inputs;
    const x = this.lines(shape.width);
    const { lineBatch: batch, rows } = upload;
    this.builder.add(this.#kernels.embed, { batch, rows, embedding: parameters.view(EMBEDDING), x });
    return x;
  }

  /** A layer; with `again`, only what its backward pass needs. */
  layer(i: number, x: Scratch, again = false): { kept: Kept; output: Scratch } {
    const { shape, upload, parameters, rope } = this.inputs;
    const { heads, width, hiddenWidth } = shape;
    const { lineBatch: batch, rows } = upload;
    const layer = parameters.layerView(i);
    const kept: Kept = {
      x,
      heads: this.lines(normedWidth(shape)),
      queries: this.lines(queryWidth(shape)),
      cache: this.lines(2 * keyWidth(shape)),
      context: this.lines(queryWidth(shape)),
      totals: this.lines(2 * heads),
      middle: this.keep ? this.lines(width) : x,
      gates: this.lines(hiddenWidth),
      ups: this.lines(hiddenWidth),
    };
    const hidden = this.lines(hiddenWidth);
    const output = this.keep ? this.lines(width) : x;
    const { builder } = this;
    const kernels = this.#kernels;
    builder.add(kernels.projectQkv, { batch, rows, layer, rope, ...kept });
    if (kernels.normHeads !== null) builder.add(kernels.normHeads, { batch, rows, layer, rope, ...kept });
    builder.add(kernels.attend, { batch, rows, ...kept });
    builder.add(kernels.addAttention, { batch, input: kept.context, layer, x, sum: kept.middle });
    builder.add(kernels.gatedHidden, { batch, layer, hidden, ...kept, x: kept.middle });
    if (!again) builder.add(kernels.addMlp, { batch, input: hidden, layer, x: kept.middle, sum: output });
    return { kept, output };
  }

  /** Scores of the scored tokens, from the last layer's output. */
  score(x: Scratch): KeptOfHead {
    const { shape, upload, parameters, scores } = this.inputs;
    const { scoredBatch: batch, predictors, loss, scored } = upload;
    const [normed, slopes] = [this.ofScored(shape.width), this.ofScored(SLOPE_WORDS)];
    const [partials, values] = [this.ofScored(4 * vocabularySlices(shape)), this.ofScored(1)];
    const value = this.#value
      ? { valueWeights: parameters.view(VALUE_WEIGHT), valueBias: parameters.view(VALUE_BIAS), values }
      : {};
    const matrix = parameters.view(headMatrix(shape));
    const shared = { batch, loss, scored, normed, partials, slopes, ...value };
    const kernels = this.#kernels;
    const norm = parameters.view(NORM);
    this.builder.add(kernels.normScored, { ...shared, predictors, x, norm }, SCORED);
    this.builder.add(kernels.headStatistics, { ...shared, matrix }, SCORED);
    this.builder.add(kernels.policyLoss, { ...shared, scores }, SCORED);
    return { normed, slopes };
  }
}

/** Adds to the gradients; what goes back from layer to layer is in one place, changed by each on the way. */
class BackwardPass {
  readonly #kernels: BackwardKernels;

  constructor(
    readonly forward: ForwardPass,
    readonly inputs: TrainInputs,
  ) {
    const { variants, shape, parameters } = inputs;
    this.#kernels = backwardKernels(shape, parameters.layout.layer, hasValueHead(parameters), variants);
  }

  /** Gradient of the last layer's output x. */
  head(x: Scratch, { normed, slopes }: KeptOfHead): Scratch {
    const { shape, upload, parameters, chunks, sums } = this.inputs;
    const { scoredBatch, lineBatch, loss, predictors, places } = upload;
    const logitGradients = this.forward.ofScored(chunkTokens(shape));
    const headGradient = this.forward.ofScored(shape.width);
    const [gradient, scales] = [this.forward.lines(shape.width), this.forward.lines(1)];
    const value = hasValueHead(parameters) ? { valueWeights: parameters.view(VALUE_WEIGHT) } : {};
    const { builder } = this.forward;
    const kernels = this.#kernels;
    const weights = parameters.view(NORM);
    const shared = { batch: scoredBatch, loss, normed, slopes, logitGradients, ...value };
    for (const chunk of chunks) {
      builder.add(kernels.logitGradient, { ...shared, ...chunk }, SCORED);
      builder.add(kernels.headGradients, { ...shared, ...chunk, inputGradient: headGradient }, SCORED);
    }
    const back = { x, weights, gradient: headGradient, places, inputGradient: gradient, scales };
    builder.add(kernels.headNorm, { batch: lineBatch, ...back });
    const shares = sums.block(2 * shape.layers);
    builder.add(
      kernels.headSums,
      { ...shared, x, scales, gradient: headGradient, predictors, shares },
      SCORED,
    );
    return gradient;
  }

  /** From the gradient of a layer's output to that between attention and MLP. */
  mlp(i: number, { middle, gates, ups }: Kept, outputGradient: Scratch): void {
    const { shape, upload, parameters, sums } = this.inputs;
    const { lineBatch: batch } = upload;
    const layer = parameters.layerView(i);
    const gradients = this.inputs.gradients.layerView(i);
    const ofHidden = (): Scratch => this.forward.lines(shape.hiddenWidth);
    const outputs = { gateGradient: ofHidden(), upGradient: ofHidden() };
    const hidden = ofHidden();
    const [normed, scales] = [this.forward.lines(shape.width), this.forward.lines(1)];
    const { builder } = this.forward;
    const kernels = this.#kernels;
    const kept = { gates, ups, hidden };
    builder.add(kernels.gatedBackward, { batch, layer, gradient: outputGradient, ...kept, ...outputs });
    builder.add(kernels.downGradient, { batch, input: hidden, outputGradient, gradients });
    builder.add(kernels.mlpInput, { batch, layer, ...outputs, inputGradient: normed });
    const norm = { x: middle, weights: layer, gradient: normed, inputGradient: outputGradient, scales };
    builder.add(kernels.mlpNorm, { batch, ...norm });
    builder.add(kernels.gateUpGradient, { batch, input: middle, scales, layer, ...outputs, gradients });
    const shares = sums.block(2 * i + 1);
    builder.add(kernels.mlpSums, { batch, x: middle, scales, gradient: normed, shares });
  }

  /** From the gradient between attention and MLP to that of the layer's input. */
  attention(i: number, kept: Kept, outputGradient: Scratch): void {
    const { shape, upload, parameters, rope, sums } = this.inputs;
    const { lineBatch: batch, rows } = upload;
    const layer = parameters.layerView(i);
    const gradients = this.inputs.gradients.layerView(i);
    const gradient = this.forward.lines(queryWidth(shape)); // of the context
    const queryGradient = this.forward.lines(queryWidth(shape));
    const cacheGradient = this.forward.lines(2 * keyWidth(shape));
    const [normed, scales] = [this.forward.lines(shape.width), this.forward.lines(1)];
    const { builder } = this.forward;
    const kernels = this.#kernels;
    const { x, heads, context } = kept;
    builder.add(kernels.contextGradient, { batch, layer, outputGradient, inputGradient: gradient });
    builder.add(kernels.outputGradient, { batch, input: context, outputGradient, gradients });
    builder.add(kernels.attendBackwardQueries, { batch, rows, rope, gradient, ...kept, queryGradient });
    builder.add(kernels.attendBackwardKeys, { batch, rows, rope, gradient, ...kept, cacheGradient });
    const outputs = { queryGradient, cacheGradient };
    if (kernels.normHeadsBackward !== null)
      builder.add(kernels.normHeadsBackward, { batch, layer, heads, ...outputs });
    builder.add(kernels.qkvInput, { batch, layer, ...outputs, inputGradient: normed });
    const norm = { x, weights: layer, gradient: normed, inputGradient: outputGradient, scales };
    builder.add(kernels.inputNorm, { batch, ...norm });
    builder.add(kernels.qkvGradient, { batch, input: x, scales, layer, ...outputs, gradients });
    const shares = sums.block(2 * i);
    builder.add(kernels.inputSums, { batch, x, scales, gradient: normed, heads, ...outputs, shares });
  }

  /** The embedding's gradient, from that of the first layer's input; and all sums over lines. */
  end(gradient: Scratch): void {
    const { upload, gradients, sums } = this.inputs;
    const { tokenBatch: batch, tokenLines: tokens, sortedLines: lines } = upload;
    const { builder } = this.forward;
    const embedding = gradients.view(EMBEDDING);
    builder.add(
      this.#kernels.embeddingGradient,
      { batch, tokens, lines, gradient, gradients: embedding },
      TOKENS,
    );
    const whole = { buffer: gradients.buffer };
    builder.add(addLineSums(sums.vectors), { sums: sums.sums, shares: sums.shares, gradients: whole });
  }
}

/** Room for whole tiles of lines. */
function scratch(lines: number, width: number): Scratch {
  return { bytes: Math.ceil(lines / TILE) * TILE * width * WORD };
}
