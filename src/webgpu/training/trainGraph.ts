/** Forward and backward pass of a micro-batch as one graph, with gradients accumulated where the optimizer reads them. */
import type { DecoderShape } from "../../decoder/decoderShape.ts";
import type { DecoderWeights } from "../weights/decoderWeights.ts";
import { keyWidth, queryWidth } from "../layout/headPadding.ts";
import {
  GraphBuilder,
  type BufferView,
  type Graph,
  type Pipelines,
  type Scratch,
} from "../recording/graph.ts";
import { chunkTokens, type HeadChunk } from "../weights/headChunks.ts";
import { TILE } from "../recording/kernel.ts";
import { vocabularySlices } from "../kernels/headStatistics/headStatistics.ts";
import { DOWN, GATE_UP, OUTPUT, QKV } from "../weights/lowRank.ts";
import { ForwardLayers, type Activations } from "../forward/forwardLayers.ts";
import { factorGradients, SCORED, wholeGradients, type GradientInputs } from "./parameterGradients.ts";
import { SLOPE_WORDS } from "../layout/scoredToken.ts";
import { backwardKernels, forwardKernels, VALUE_BIAS, VALUE_WEIGHT } from "./trainKernels.ts";
import type { TrainingCapacity, TrainingUpload } from "./trainingUpload.ts";
import type { TrainVariants } from "../kernelVariants/variants.ts";
import { EMBEDDING, headMatrix, NORM } from "../../decoder/parameterNames.ts";

/** Inputs of a forward pass, and the scores it writes. */
export interface ScoreInputs {
  readonly device: GPUDevice;
  readonly pipelines: Pipelines;
  readonly variants: TrainVariants;
  readonly shape: DecoderShape;
  readonly weights: DecoderWeights;
  readonly capacity: TrainingCapacity;
  readonly upload: TrainingUpload["views"];
  readonly rope: BufferView;
  readonly scores: BufferView;
}

/** Additional inputs of a backward pass. */
interface TrainInputs extends ScoreInputs, GradientInputs {
  readonly chunks: readonly HeadChunk[];
  /** Gradient checkpointing: keeps only layer inputs and recomputes the rest in the backward pass. */
  readonly recompute: boolean;
}

const WORD = 4;
/** One part of each group that kernels read together. */
const [[QUERIES], [GATE]] = [QKV, GATE_UP];

/** True if the parameters include a value head. */
export function hasValueHead(weights: DecoderWeights): boolean {
  return weights.has(VALUE_WEIGHT);
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
  const layers: Activations[] = [];
  let x = forward.embed();
  for (let i = 0; i < inputs.shape.layers; i++) {
    const { kept, output } = forward.layer(i, x);
    layers.push(kept);
    x = output;
  }
  const backward = new BackwardPass(forward, inputs);
  const gradient = backward.head(x, forward.score(x));
  for (const [i, kept] of [...layers.entries()].reverse()) {
    const again = recompute ? forward.again(i, kept) : kept;
    backward.mlp(i, again, gradient);
    backward.attention(i, again, gradient);
  }
  backward.gradients.end(gradient);
  return forward.builder.build();
}

/** Activations of the head that its backward pass reads. */
interface KeptOfHead {
  readonly normed: Scratch;
  readonly slopes: Scratch;
}

class ForwardPass {
  readonly builder: GraphBuilder;
  readonly #kernels: ReturnType<typeof forwardKernels>;
  readonly #value: boolean;
  readonly #layers: ForwardLayers;

  /** With `keep`, activations are kept for the backward pass. */
  constructor(
    readonly inputs: ScoreInputs,
    keep: boolean,
  ) {
    const { device, pipelines, variants, shape, weights, rope, upload } = inputs;
    const { lineBatch: batch, rows } = upload;
    this.builder = new GraphBuilder(device, pipelines, keep ? "training" : "scoring");
    this.#value = hasValueHead(weights);
    this.#kernels = forwardKernels(shape, weights, keep, this.#value, variants);
    const lines = (width: number): Scratch => this.lines(width);
    const pass = { builder: this.builder, kernels: this.#kernels, shape, weights };
    this.#layers = new ForwardLayers({ ...pass, batch, rows, rope, lines, keep });
  }

  lines(width: number): Scratch {
    return scratch(this.inputs.capacity.lines, width);
  }

  ofScored(width: number): Scratch {
    return scratch(this.inputs.capacity.scored, width);
  }

  /** Records the embedding of the lines' tokens. */
  embed(): Scratch {
    const { shape, upload, weights } = this.inputs;
    const x = this.lines(shape.width);
    const { lineBatch: batch, rows } = upload;
    for (const shard of weights.shards(EMBEDDING))
      this.builder.add(this.#kernels.embed(shard), { batch, rows, matrix: shard.matrix, x });
    return x;
  }

  /** Records a layer. */
  layer(i: number, x: Scratch): { kept: Activations; output: Scratch } {
    return this.#layers.layer(i, x, this.#cache());
  }

  /** Recomputes the activations of a layer from its input. */
  again(i: number, kept: Activations): Activations {
    return this.#layers.again(i, kept, this.#cache());
  }

  #cache(): Scratch {
    return this.lines(2 * keyWidth(this.inputs.shape));
  }

  /** Records the scores of the scored tokens, from the output of the last layer. */
  score(x: Scratch): KeptOfHead {
    const { shape, upload, weights, scores } = this.inputs;
    this.#layers.end(x);
    const { scoredBatch: batch, predictors, loss, scored } = upload;
    const [normed, slopes] = [this.ofScored(shape.width), this.ofScored(SLOPE_WORDS)];
    const [partials, values] = [this.ofScored(4 * vocabularySlices(shape)), this.ofScored(1)];
    const value = this.#value
      ? { valueWeights: weights.view(VALUE_WEIGHT), valueBias: weights.view(VALUE_BIAS), values }
      : {};
    const shared = { batch, loss, scored, normed, partials, slopes, ...value };
    const kernels = this.#kernels;
    const norm = weights.view(NORM);
    this.builder.add(kernels.normScored, { ...shared, predictors, x, norm }, SCORED);
    for (const shard of weights.shards(headMatrix(shape)))
      this.builder.add(kernels.headStatistics(shard), { ...shared, matrix: shard.matrix }, SCORED);
    this.builder.add(kernels.policyLoss, { ...shared, scores }, SCORED);
    return { normed, slopes };
  }
}

/** The backward pass. The gradient of the residual stream is one buffer, updated in place by each layer. */
class BackwardPass {
  readonly #kernels: ReturnType<typeof backwardKernels>;
  readonly gradients: ReturnType<typeof wholeGradients>;

  constructor(
    readonly forward: ForwardPass,
    readonly inputs: TrainInputs,
  ) {
    const { variants, shape, weights } = inputs;
    const value = hasValueHead(weights);
    const frozen = weights.adapter !== null;
    this.#kernels = backwardKernels(shape, weights, { value, frozen }, variants);
    const { builder } = forward;
    this.gradients =
      weights.adapter === null
        ? wholeGradients(builder, inputs)
        : factorGradients(builder, inputs, weights.adapter, (width) => forward.lines(width));
  }

  /** Records the gradient of the last layer's output x. */
  head(x: Scratch, { normed, slopes }: KeptOfHead): Scratch {
    const { shape, upload, weights, chunks } = this.inputs;
    const { scoredBatch, lineBatch, loss, predictors, places } = upload;
    const logitGradients = this.forward.ofScored(chunkTokens(shape));
    const headGradient = this.forward.ofScored(shape.width);
    const [gradient, scales] = [this.forward.lines(shape.width), this.forward.lines(1)];
    const value = hasValueHead(weights) ? { valueWeights: weights.view(VALUE_WEIGHT) } : {};
    const { builder } = this.forward;
    const kernels = this.#kernels;
    const norm = weights.view(NORM);
    const shared = { batch: scoredBatch, loss, normed, slopes, logitGradients, ...value };
    for (const chunk of chunks) {
      builder.add(kernels.logitGradient, { ...shared, ...chunk }, SCORED);
      builder.add(kernels.headGradients, { ...shared, ...chunk, inputGradient: headGradient }, SCORED);
    }
    const back = { x, weights: norm, gradient: headGradient, places, inputGradient: gradient, scales };
    builder.add(kernels.headNorm, { batch: lineBatch, ...back });
    this.gradients.head({ ...shared, x, scales, gradient: headGradient, predictors });
    return gradient;
  }

  /** Records the MLP: from the gradient of a layer's output to that of the residual stream after attention. */
  mlp(i: number, { middle, gates, ups, inner }: Activations, outputGradient: Scratch): void {
    const { shape, upload, weights } = this.inputs;
    const { lineBatch: batch } = upload;
    const [layer, down] = [weights.layerView(i, GATE), weights.layerView(i, DOWN)];
    const hidden = this.forward.lines(shape.hiddenWidth);
    const [normed, scales] = [this.forward.lines(shape.width), this.forward.lines(1)];
    const { builder } = this.forward;
    const kernels = this.#kernels;
    const ofDown = this.gradients.inner("down", i, { batch, outputGradient });
    const outputs = { gates, ups }; // now the gradients
    const gated = { gradient: outputGradient, ...outputs, hidden, ...ofDown };
    builder.add(kernels.gatedBackward, { batch, layer: down, ...gated });
    this.gradients.add("down", i, inner, { batch, input: hidden, outputGradient, ...ofDown });
    const ofGates = this.gradients.inner("gateUp", i, { batch, ...outputs });
    builder.add(kernels.mlpInput, { batch, layer, ...outputs, inputGradient: normed, ...ofGates });
    const norm = { x: middle, weights: layer, gradient: normed, inputGradient: outputGradient, scales };
    builder.add(kernels.mlpNorm, { batch, ...norm });
    const read = { input: middle, scales, layer, normed, ...outputs, ...ofGates };
    this.gradients.add("gateUp", i, inner, { batch, ...read });
  }

  /** Records attention: from the gradient of the residual stream after attention to that of the layer's input. */
  attention(i: number, { inner, ...kept }: Activations, outputGradient: Scratch): void {
    const { shape, upload, weights, rope } = this.inputs;
    const { lineBatch: batch, rows } = upload;
    const [layer, output] = [weights.layerView(i, QUERIES), weights.layerView(i, OUTPUT)];
    const gradient = this.forward.lines(queryWidth(shape)); // of the context
    const queryGradient = this.forward.lines(queryWidth(shape));
    const cacheGradient = this.forward.lines(2 * keyWidth(shape));
    const [normed, scales] = [this.forward.lines(shape.width), this.forward.lines(1)];
    const { builder } = this.forward;
    const kernels = this.#kernels;
    const { x, heads, context } = kept;
    const ofOutput = this.gradients.inner("output", i, { batch, outputGradient });
    const sent = { outputGradient, inputGradient: gradient, ...ofOutput };
    builder.add(kernels.contextGradient, { batch, layer: output, ...sent });
    this.gradients.add("output", i, inner, { batch, input: context, outputGradient, ...ofOutput });
    builder.add(kernels.attendBackwardQueries, { batch, rows, rope, gradient, ...kept, queryGradient });
    builder.add(kernels.attendBackwardKeys, { batch, rows, rope, gradient, ...kept, cacheGradient });
    const outputs = { queryGradient, cacheGradient };
    if (kernels.normHeadsBackward !== null)
      builder.add(kernels.normHeadsBackward, { batch, layer, heads, ...outputs });
    const ofQueries = this.gradients.inner("qkv", i, { batch, ...outputs });
    builder.add(kernels.qkvInput, { batch, layer, ...outputs, inputGradient: normed, ...ofQueries });
    const norm = { x, weights: layer, gradient: normed, inputGradient: outputGradient, scales };
    builder.add(kernels.inputNorm, { batch, ...norm });
    const read = { input: x, scales, layer, normed, heads, ...outputs, ...ofQueries };
    this.gradients.add("qkv", i, inner, { batch, ...read });
  }
}

/** Scratch memory for `lines` lines, rounded up to whole tiles. */
function scratch(lines: number, width: number): Scratch {
  return { bytes: Math.ceil(lines / TILE) * TILE * width * WORD };
}
