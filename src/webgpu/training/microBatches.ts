/** Runs micro-batches of packed rows through a graph that scores them and optionally accumulates gradients. */
import type { DecoderShape } from "../../decoder/decoderShape.ts";
import type { DecoderWeights } from "../weights/decoderWeights.ts";
import type { Gpu } from "../device/device.ts";
import { Pipelines, type Graph } from "../recording/graph.ts";
import { cutHead } from "../weights/headChunks.ts";
import { planLineSums } from "./parameterGradients.ts";
import type { ParameterBuffer } from "../weights/parameterBuffer.ts";
import { ReadRing } from "../recording/readRing.ts";
import { ropeTable } from "../layout/ropeTable.ts";
import { SCORE_WORDS, type LossSettings } from "../layout/scoredToken.ts";
import { buildScoreGraph, buildTrainGraph, hasValueHead, type ScoreInputs } from "./trainGraph.ts";
import { layOutTraining, type TrainingRow } from "./trainingBatch.ts";
import { summedParameters, VALUE_BIAS, VALUE_WEIGHT } from "./trainKernels.ts";
import { TrainingUpload, type TrainingCapacity } from "./trainingUpload.ts";
import { headMatrix } from "../../decoder/parameterNames.ts";

/** Scores of all scored tokens, in row order. */
export interface Scores {
  readonly logprobs: Float32Array;
  readonly entropies: Float32Array;
  /** Loss of each token. */
  readonly losses: Float32Array;
  /** Values, or zeros without a value head. */
  readonly values: Float32Array;
}

/** Gradient buffers, and whether layers are recomputed (gradient checkpointing). */
interface Training {
  readonly gradients: ParameterBuffer;
  readonly recompute: boolean;
}

/** A graph with its buffers, for micro-batches up to its capacity. */
interface Workspace {
  readonly capacity: TrainingCapacity;
  readonly graph: Graph;
  readonly upload: TrainingUpload;
  readonly scores: GPUBuffer;
  readonly results: ReadRing;
  readonly owned: readonly { destroy(): void }[];
}

const WORD = 4;

export class MicroBatches {
  readonly #gpu: Gpu;
  readonly #shape: DecoderShape;
  readonly #weights: DecoderWeights;
  readonly #training: Training | null;
  #workspace: Workspace | null = null;

  /** Without `training`, micro-batches are only scored. */
  constructor(gpu: Gpu, shape: DecoderShape, weights: DecoderWeights, training: Training | null) {
    [this.#gpu, this.#shape, this.#weights, this.#training] = [gpu, shape, weights, training];
  }

  /** Dispatches per micro-batch and bytes of intermediate results; zeros before the first. */
  get statistics(): { readonly dispatches: number; readonly scratchBytes: number } {
    return this.#workspace?.graph.statistics ?? { dispatches: 0, scratchBytes: 0 };
  }

  /** Allocates for micro-batches up to this size, so that none of them allocates later. */
  async reserve({ lines, scored }: TrainingCapacity): Promise<void> {
    await this.#workspaceFor(lines, scored);
  }

  /** Runs one micro-batch in one submission. */
  async run(rows: readonly TrainingRow[], loss: LossSettings): Promise<Scores> {
    const batch = layOutTraining(rows, loss.normalizer);
    const [lines, scored] = batch.sizes;
    const { graph, upload, scores, results } = await this.#workspaceFor(lines, scored);
    upload.write(batch, loss);
    const encoder = this.#gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    graph.encode(pass, batch.sizes);
    pass.end();
    const read = results.copy(encoder, [{ buffer: scores, bytes: scored * SCORE_WORDS * WORD }]);
    this.#gpu.device.queue.submit([encoder.finish()]);
    const words = new Float32Array((await read()).buffer);
    this.#gpu.fault.throwIfAborted();
    const column = (word: number): Float32Array =>
      Float32Array.from({ length: scored }, (_, token) => words[token * SCORE_WORDS + word] ?? Number.NaN);
    return { logprobs: column(0), entropies: column(1), losses: column(2), values: column(3) };
  }

  /** Returns a workspace of at least this capacity, the current one or a new one. */
  async #workspaceFor(lines: number, scored: number): Promise<Workspace> {
    const old = this.#workspace?.capacity ?? { lines: 0, scored: 0 };
    if (this.#workspace !== null && old.lines >= lines && old.scored >= scored) return this.#workspace;
    this.dispose();
    const capacity = { lines: Math.max(lines, old.lines), scored: Math.max(scored, old.scored) };
    this.#workspace = await this.#allocate(capacity);
    return this.#workspace;
  }

  async #allocate(capacity: TrainingCapacity): Promise<Workspace> {
    const { device } = this.#gpu;
    const shape = this.#shape;
    const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
    const bytes = capacity.scored * SCORE_WORDS * WORD;
    const scores = device.createBuffer({ label: "scores", size: bytes, usage: STORAGE | COPY_SRC });
    const table = ropeTable(Math.min(shape.maxPositions, capacity.lines), shape); // no position exceeds the lines of its row
    const usage = STORAGE | COPY_DST;
    const rope = device.createBuffer({ label: "rotary embedding", size: table.byteLength, usage });
    device.queue.writeBuffer(rope, 0, table);
    const upload = new TrainingUpload(this.#gpu, capacity);
    const results = new ReadRing(device, bytes, 1);
    const { graph, owned } = await this.#record({
      device,
      pipelines: Pipelines.of(device),
      variants: this.#gpu.variants.train,
      shape,
      weights: this.#weights,
      capacity,
      upload: upload.views,
      rope: { buffer: rope },
      scores: { buffer: scores },
    });
    return { capacity, graph, upload, scores, results, owned: [...owned, rope, scores] };
  }

  async #record(inputs: ScoreInputs): Promise<{ graph: Graph; owned: GPUBuffer[] }> {
    if (this.#training === null) return { graph: await buildScoreGraph(inputs), owned: [] };
    const { device, shape, weights } = inputs;
    const { gradients } = this.#training;
    const head = headMatrix(shape);
    const frozen = weights.adapter !== null;
    const cut = cutHead(device, shape, weights.shards(head), frozen ? null : gradients.view(head));
    const value = hasValueHead(weights);
    const summed = frozen ? (value ? [[VALUE_WEIGHT, VALUE_BIAS]] : []) : summedParameters(shape, value);
    const sums = summed.length === 0 ? null : planLineSums(device, gradients.layout, summed);
    const graph = await buildTrainGraph({ ...inputs, ...this.#training, chunks: cut.chunks, sums });
    const ofSums = sums === null ? [] : [sums.views.sums.buffer, sums.views.shares.buffer];
    return { graph, owned: [cut.settings, ...ofSums] };
  }

  dispose(): void {
    if (this.#workspace === null) return;
    const { graph, upload, results, owned } = this.#workspace;
    for (const part of [graph, upload, results]) part.dispose();
    for (const buffer of owned) buffer.destroy();
    this.#workspace = null;
  }
}
