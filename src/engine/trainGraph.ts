/** A micro-batch's forward and backward pass as one graph: no tape, each gradient where the optimizer reads it. */
import type { DecoderShape } from "./decoderShape.ts";
import { GraphBuilder, type BufferView, type Graph, type Pipelines, type Scratch } from "./graph.ts";
import { TILE } from "./kernel.ts";
import type { ParameterBuffer } from "./parameterBuffer.ts";
import { trainKernels, type TrainKernels } from "./trainKernels.ts";

/** What the host writes before a pass, and the scores it reads after. */
export interface TrainBuffers {
  /** Batch settings for each of the sizes: lines, scored tokens, different tokens. */
  readonly batches: readonly [BufferView, BufferView, BufferView];
  readonly loss: BufferView;
  readonly rope: BufferView;
  readonly rows: BufferView;
  readonly predictors: BufferView;
  readonly places: BufferView;
  readonly scored: BufferView;
  readonly tokenLines: BufferView;
  readonly sortedLines: BufferView;
  readonly scores: BufferView;
}

/** Places of the sizes. */
const LINES = 0;
const SCORED = 1;
const TOKENS = 2;
const WORD = 4;

/** Records the graph for batches of up to so many lines and scored tokens. */
export function buildTrainGraph(
  device: GPUDevice,
  pipelines: Pipelines,
  shape: DecoderShape,
  parameters: ParameterBuffer,
  gradients: ParameterBuffer,
  buffers: TrainBuffers,
  capacity: { readonly lines: number; readonly scored: number },
): Promise<Graph> {
  const recorder = new Recorder(
    new GraphBuilder(device, pipelines),
    shape,
    parameters,
    gradients,
    buffers,
    capacity,
  );
  return recorder.record();
}

/** What a layer's backward pass needs of its forward pass. */
interface Kept {
  readonly x: Scratch;
  readonly queries: Scratch;
  readonly cache: Scratch;
  readonly context: Scratch;
  readonly totals: Scratch;
  /** After attention. */
  readonly middle: Scratch;
  readonly gates: Scratch;
  readonly ups: Scratch;
}

class Recorder {
  readonly #kernels: TrainKernels;

  constructor(
    readonly builder: GraphBuilder,
    readonly shape: DecoderShape,
    readonly parameters: ParameterBuffer,
    readonly gradients: ParameterBuffer,
    readonly buffers: TrainBuffers,
    readonly capacity: { readonly lines: number; readonly scored: number },
  ) {
    this.#kernels = trainKernels(shape, parameters.layout.layer);
  }

  record(): Promise<Graph> {
    const { batches, rows, sortedLines, tokenLines } = this.buffers;
    const embedding = "model.embed_tokens.weight";
    let x = this.#lines(this.shape.width);
    this.builder.add(this.#kernels.embed, {
      batch: batches[LINES],
      rows,
      embedding: this.parameters.view(embedding),
      x,
    });
    const layers: Kept[] = [];
    for (let i = 0; i < this.shape.layers; i++) {
      const { kept, output } = this.#forward(i, x);
      layers.push(kept);
      x = output;
    }
    let gradient = this.#head(x);
    for (const [i, kept] of [...layers.entries()].reverse()) gradient = this.#backward(i, kept, gradient);
    this.builder.add(
      this.#kernels.embeddingGradient,
      {
        batch: batches[TOKENS],
        tokens: tokenLines,
        lines: sortedLines,
        gradient,
        gradients: this.gradients.view(embedding),
      },
      TOKENS,
    );
    return this.builder.build();
  }

  #lines(width: number): Scratch {
    return scratch(this.capacity.lines, width);
  }

  #forward(i: number, x: Scratch): { kept: Kept; output: Scratch } {
    const { heads, kvHeads, headDim, width, hiddenWidth } = this.shape;
    const { rows, rope, batches } = this.buffers;
    const layer = this.parameters.layerView(i);
    const batch = batches[LINES];
    const kept: Kept = {
      x,
      queries: this.#lines(heads * headDim),
      cache: this.#lines(2 * kvHeads * headDim),
      context: this.#lines(heads * headDim),
      totals: this.#lines(heads),
      middle: this.#lines(width),
      gates: this.#lines(hiddenWidth),
      ups: this.#lines(hiddenWidth),
    };
    const [hidden, output] = [this.#lines(hiddenWidth), this.#lines(width)];
    const { builder } = this;
    const kernels = this.#kernels;
    builder.add(kernels.projectQkv, { batch, rows, layer, rope, ...kept });
    builder.add(kernels.attend, { batch, rows, ...kept });
    builder.add(kernels.addAttention, { batch, input: kept.context, layer, x, sum: kept.middle });
    builder.add(kernels.gatedHidden, { batch, layer, hidden, ...kept, x: kept.middle });
    builder.add(kernels.addMlp, { batch, input: hidden, layer, x: kept.middle, sum: output });
    return { kept, output };
  }

  /** Scores, and the gradient of the last layer's output. */
  #head(x: Scratch): Scratch {
    const { width, vocabulary, tied } = this.shape;
    const { batches, loss, predictors, places, scores } = this.buffers;
    const batch = batches[SCORED];
    const head = tied ? "model.embed_tokens.weight" : "lm_head.weight";
    const matrix = this.parameters.view(head);
    const norm = this.parameters.view("model.norm.weight");
    const ofScored = (columns: number): Scratch => scratch(this.capacity.scored, columns);
    const [scored, gradient, scoredGradient] = [ofScored(width), ofScored(width), ofScored(width)];
    const [logits, scales] = [ofScored(vocabulary), ofScored(1)];
    const output = this.#lines(width);
    const kernels = this.#kernels;
    const add: GraphBuilder["add"] = (kernel, bound) => this.builder.add(kernel, bound, SCORED);
    const shared = { batch, loss, matrix, norm, weights: norm, x: scored, logits, scores, gradient, scales };
    add(kernels.gatherScored, { batch, lines: predictors, x, scored });
    add(kernels.head, shared);
    add(kernels.policyLoss, { ...shared, scored: this.buffers.scored });
    add(kernels.headInputGradient, { ...shared, inputGradient: gradient });
    add(kernels.headNorm, { ...shared, inputGradient: scoredGradient });
    add(kernels.headNormGradient, { ...shared, gradients: this.gradients.view("model.norm.weight") });
    add(kernels.headMatrixGradient, { ...shared, gradients: this.gradients.view(head) });
    this.builder.add(kernels.scatterScored, {
      batch: batches[LINES],
      places,
      scoredGradient,
      gradient: output,
    });
    return output;
  }

  /** From the gradient of a layer's output to that of its input. */
  #backward(i: number, kept: Kept, outputGradient: Scratch): Scratch {
    const middleGradient = this.#backwardMlp(i, kept, outputGradient);
    const { heads, kvHeads, headDim, width } = this.shape;
    const { batches, rows, rope } = this.buffers;
    const batch = batches[LINES];
    const layer = this.parameters.layerView(i);
    const gradients = this.gradients.layerView(i);
    const gradient = this.#lines(heads * headDim); // of the context
    const queryGradient = this.#lines(heads * headDim);
    const cacheGradient = this.#lines(2 * kvHeads * headDim);
    const [normed, scales, input] = [this.#lines(width), this.#lines(1), this.#lines(width)];
    const { builder } = this;
    const kernels = this.#kernels;
    const { x, context } = kept;
    const output = { outputGradient: middleGradient };
    builder.add(kernels.contextGradient, { batch, layer, ...output, inputGradient: gradient });
    builder.add(kernels.outputGradient, { batch, input: context, ...output, gradients });
    builder.add(kernels.attendBackwardQueries, { batch, rows, rope, gradient, ...kept, queryGradient });
    builder.add(kernels.attendBackwardKeys, { batch, rows, rope, gradient, ...kept, cacheGradient });
    const outputs = { queryGradient, cacheGradient };
    builder.add(kernels.qkvInput, { batch, layer, ...outputs, inputGradient: normed });
    const residual = { residual: middleGradient, inputGradient: input };
    builder.add(kernels.inputNorm, { batch, x, weights: layer, gradient: normed, ...residual, scales });
    builder.add(kernels.qkvGradient, { batch, input: x, scales, layer, ...outputs, gradients });
    builder.add(kernels.inputNormGradient, { batch, x, scales, gradient: normed, gradients });
    if (kernels.biasGradient) builder.add(kernels.biasGradient, { batch, ...outputs, gradients });
    return input;
  }

  /** From the gradient of a layer's output to that between attention and MLP. */
  #backwardMlp(i: number, { middle, gates, ups }: Kept, outputGradient: Scratch): Scratch {
    const { width, hiddenWidth } = this.shape;
    const batch = this.buffers.batches[LINES];
    const layer = this.parameters.layerView(i);
    const gradients = this.gradients.layerView(i);
    const ofHidden = (): Scratch => this.#lines(hiddenWidth);
    const [gateGradient, upGradient, hidden] = [ofHidden(), ofHidden(), ofHidden()];
    const [normed, scales, input] = [this.#lines(width), this.#lines(1), this.#lines(width)];
    const { builder } = this;
    const kernels = this.#kernels;
    const outputs = { gateGradient, upGradient };
    builder.add(kernels.gatedBackward, {
      batch,
      layer,
      gradient: outputGradient,
      gates,
      ups,
      hidden,
      ...outputs,
    });
    builder.add(kernels.downGradient, { batch, input: hidden, outputGradient, gradients });
    builder.add(kernels.mlpInput, { batch, layer, ...outputs, inputGradient: normed });
    const residual = { residual: outputGradient, inputGradient: input };
    builder.add(kernels.mlpNorm, { batch, x: middle, weights: layer, gradient: normed, ...residual, scales });
    builder.add(kernels.gateUpGradient, { batch, input: middle, scales, layer, ...outputs, gradients });
    builder.add(kernels.mlpNormGradient, { batch, x: middle, scales, gradient: normed, gradients });
    return input;
  }
}

/** Room for whole tiles of lines. */
function scratch(lines: number, width: number): Scratch {
  return { bytes: Math.ceil(lines / TILE) * TILE * width * WORD };
}
