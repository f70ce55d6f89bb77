/** Policy-gradient training on the GPU, on the parameters that the sampler reads: an update needs no copy. */
import { unsupported, type DecoderShape } from "./decoderShape.ts";
import type { Gpu } from "./device.ts";
import { GraphBuilder, Pipelines, type BufferView, type Graph } from "./graph.ts";
import { adamw, norm, PARTIAL_SUMS, squares, STEP_BYTES } from "./kernels/adamw/adamw.ts";
import { TOKEN_LINES_WORDS } from "./kernels/embeddingGradient/embeddingGradient.ts";
import { LOSS_BYTES, SCORE_WORDS, SCORED_WORDS } from "./kernels/policyLoss/policyLoss.ts";
import type { OptimizerState } from "./optimizerState.ts";
import { ParameterBuffer } from "./parameterBuffer.ts";
import { ReadRing } from "./readRing.ts";
import { ropeTable } from "./ropeTable.ts";
import { BATCH_BYTES, packSettings, ROW_WORDS } from "./rowState.ts";
import { buildTrainGraph, type TrainBuffers } from "./trainGraph.ts";
import { layOutTraining, type TrainingBatch, type TrainingRow } from "./trainingBatch.ts";

/** Constants of the policy loss; every estimator and algorithm is a choice of these and of the rows' numbers. */
export interface LossSettings {
  readonly temperature: number;
  readonly clipLow: number;
  readonly clipHigh: number;
  /** With a negative advantage the gain is at least this times it; infinity for no such bound. */
  readonly dualClip: number;
  readonly klCoefficient: number;
  readonly entropyCoefficient: number;
  /** Each token's loss is divided by it. */
  readonly normalizer: number;
}

/** Settings of an optimizer step, as those of the reference path. */
interface StepSettings {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly weightDecay: number;
  /** Largest global gradient norm. */
  readonly gradientClip: number;
}

/** Of all scored tokens, in the rows' order. */
export interface Scores {
  readonly logprobs: Float32Array;
  readonly entropies: Float32Array;
  /** Share of each in the loss. */
  readonly losses: Float32Array;
}

/** How a trainer starts. */
interface TrainerOptions {
  /** Moments and step count of an earlier trainer; without it, the first step is its first. */
  readonly state?: OptimizerState;
}

/** PyTorch's default. */
const EPSILON = 1e-8;
const WORD = 4;
/** Stands for infinity, which WGSL does not have. */
const UNBOUNDED = 1e30;

/** A graph and its buffers, for micro-batches up to some size. */
interface Workspace {
  readonly capacity: { readonly lines: number; readonly scored: number };
  readonly graph: Graph;
  readonly buffers: TrainBuffers;
  readonly results: ReadRing;
}

export class GpuTrainer {
  /** Gradients summed since the last step. */
  readonly gradients: ParameterBuffer;
  readonly #gpu: Gpu;
  readonly #shape: DecoderShape;
  readonly #parameters: ParameterBuffer;
  readonly #pipelines: Pipelines;
  readonly #first: ParameterBuffer;
  readonly #second: ParameterBuffer;
  readonly #optimizer: Promise<Optimizer>;
  #workspace: Workspace | null = null;
  #updates: number;

  /** Trains `parameters` in place. */
  constructor(gpu: Gpu, shape: DecoderShape, parameters: ParameterBuffer, { state }: TrainerOptions = {}) {
    const problem = unsupported(shape);
    if (problem !== null) throw new RangeError(`the GPU trainer cannot run this model: ${problem}`);
    this.#gpu = gpu;
    this.#shape = shape;
    this.#parameters = parameters;
    this.#pipelines = new Pipelines(gpu.device);
    const shapes = new Map([...parameters.layout.parameters].map(([name, placed]) => [name, placed.shape]));
    const alike = (): ParameterBuffer => new ParameterBuffer(gpu, shapes);
    [this.gradients, this.#first, this.#second] = [alike(), alike(), alike()];
    this.#updates = state?.updates ?? 0;
    if (state) this.#first.upload(state.firstMoments);
    if (state) this.#second.upload(state.secondMoments);
    const moments = { first: this.#first, second: this.#second };
    this.#optimizer = createOptimizer(gpu, this.#pipelines, {
      parameters,
      gradients: this.gradients,
      ...moments,
    });
  }

  /** Dispatches of a micro-batch and of a step, and the bytes of intermediate results. */
  async statistics(): Promise<{ dispatches: number; optimizerDispatches: number; scratchBytes: number }> {
    const { dispatches, scratchBytes } = this.#workspace?.graph.statistics ?? {
      dispatches: 0,
      scratchBytes: 0,
    };
    const { graph } = await this.#optimizer;
    return { dispatches, optimizerDispatches: graph.statistics.dispatches, scratchBytes };
  }

  /** Adds the gradient of a micro-batch's loss to the sum, in one submission. */
  async accumulate(rows: readonly TrainingRow[], loss: LossSettings): Promise<Scores> {
    const batch = layOutTraining(rows, loss.normalizer);
    const [lines, scored] = batch.sizes;
    const workspace = await this.#room(lines, scored);
    this.#load(workspace.buffers, batch, loss);
    const encoder = this.#gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    workspace.graph.encode(pass, batch.sizes);
    pass.end();
    const bytes = scored * SCORE_WORDS * WORD;
    const read = workspace.results.copy(encoder, workspace.buffers.scores.buffer, bytes);
    this.#gpu.device.queue.submit([encoder.finish()]);
    const scores = new Float32Array((await read()).buffer);
    this.#gpu.fault.throwIfAborted();
    const column = (word: number): Float32Array =>
      Float32Array.from({ length: scored }, (_, token) => scores[token * SCORE_WORDS + word] ?? Number.NaN);
    return { logprobs: column(0), entropies: column(1), losses: column(2) };
  }

  /**
   * One clipped AdamW step on the summed gradients, which are then forgotten. Returns their norm before clipping; when
   * that is no finite number, the weights are as before and the step does not count.
   */
  async step(settings: StepSettings): Promise<number> {
    const { graph, step, norm: result, results } = await this.#optimizer;
    this.#updates += 1;
    const { device, fault } = this.#gpu;
    device.queue.writeBuffer(step, 0, packStep(settings, this.#updates));
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    graph.encode(pass, []);
    pass.end();
    const read = results.copy(encoder, result, WORD);
    device.queue.submit([encoder.finish()]);
    const [found = Number.NaN] = new Float32Array((await read()).buffer);
    fault.throwIfAborted();
    if (!Number.isFinite(found)) this.#updates -= 1;
    return found;
  }

  /** Drops the gradients summed so far. */
  forget(): void {
    const encoder = this.#gpu.device.createCommandEncoder();
    encoder.clearBuffer(this.gradients.buffer);
    this.#gpu.device.queue.submit([encoder.finish()]);
  }

  /** The optimizer's state on the host, for a checkpoint. */
  async state(): Promise<OptimizerState> {
    return {
      updates: this.#updates,
      firstMoments: await this.#first.download(),
      secondMoments: await this.#second.download(),
    };
  }

  /** A workspace with room for so many lines and scored tokens: the one before, or a larger one. */
  async #room(lines: number, scored: number): Promise<Workspace> {
    const old = this.#workspace?.capacity ?? { lines: 0, scored: 0 };
    if (this.#workspace !== null && old.lines >= lines && old.scored >= scored) return this.#workspace;
    this.#releaseWorkspace();
    const capacity = { lines: Math.max(lines, old.lines), scored: Math.max(scored, old.scored) };
    const { device } = this.#gpu;
    const buffers = allocate(device, this.#shape, capacity);
    const graph = await buildTrainGraph(
      device,
      this.#pipelines,
      this.#shape,
      this.#parameters,
      this.gradients,
      buffers,
      capacity,
    );
    const results = new ReadRing(device, capacity.scored * SCORE_WORDS * WORD, 1);
    this.#workspace = { capacity, graph, buffers, results };
    return this.#workspace;
  }

  #load(buffers: TrainBuffers, batch: TrainingBatch, loss: LossSettings): void {
    const { queue } = this.#gpu.device;
    const none = { maxTokens: 0, temperature: 1, topP: 1, eosTokens: [] };
    for (const [domain, { buffer }] of buffers.batches.entries())
      queue.writeBuffer(buffer, 0, packSettings({ ...none, count: batch.sizes[domain] ?? 0 }));
    queue.writeBuffer(buffers.loss.buffer, 0, packLoss(loss));
    for (const name of ["rows", "predictors", "places", "scored", "tokenLines", "sortedLines"] as const)
      queue.writeBuffer(buffers[name].buffer, 0, batch[name]);
  }

  #releaseWorkspace(): void {
    if (this.#workspace === null) return;
    const { graph, buffers, results } = this.#workspace;
    graph.dispose();
    results.dispose();
    for (const { buffer } of Object.values(buffers).flat() as BufferView[]) buffer.destroy();
    this.#workspace = null;
  }

  async dispose(): Promise<void> {
    this.#releaseWorkspace();
    for (const buffer of [this.gradients, this.#first, this.#second]) buffer.dispose();
    const { graph, step, norm: result, results } = await this.#optimizer;
    for (const part of [graph, results]) part.dispose();
    for (const buffer of [step, result]) buffer.destroy();
  }
}

function packLoss(loss: LossSettings): Float32Array<ArrayBuffer> {
  const { temperature, clipLow, clipHigh, dualClip, klCoefficient, entropyCoefficient } = loss;
  const bound = Math.min(dualClip, UNBOUNDED);
  return Float32Array.of(1 / temperature, clipLow, clipHigh, bound, klCoefficient, entropyCoefficient, 0, 0);
}

function packStep(settings: StepSettings, updates: number): Float32Array<ArrayBuffer> {
  const { learningRate, beta1, beta2, weightDecay, gradientClip } = settings;
  const [correction1, correction2] = [1 - beta1 ** updates, 1 - beta2 ** updates];
  return Float32Array.of(
    learningRate,
    beta1,
    beta2,
    correction1,
    correction2,
    EPSILON,
    Math.min(gradientClip, UNBOUNDED),
    weightDecay,
  );
}

function allocate(
  device: GPUDevice,
  shape: DecoderShape,
  { lines, scored }: { readonly lines: number; readonly scored: number },
): TrainBuffers {
  const { STORAGE, UNIFORM, COPY_SRC, COPY_DST } = GPUBufferUsage;
  const view = (label: string, words: number, usage = STORAGE): BufferView => ({
    buffer: device.createBuffer({ label, size: words * WORD, usage: usage | COPY_SRC | COPY_DST }),
  });
  const table = ropeTable(shape.maxPositions, shape.headDim, shape.ropeTheta);
  const rope = view("rotary embedding", table.length);
  device.queue.writeBuffer(rope.buffer, 0, table);
  const batch = (): BufferView => view("batch", BATCH_BYTES / WORD, UNIFORM);
  return {
    batches: [batch(), batch(), batch()],
    loss: view("loss", LOSS_BYTES / WORD, UNIFORM),
    rope,
    rows: view("rows", lines * ROW_WORDS),
    predictors: view("predictors", scored),
    places: view("places", lines),
    scored: view("scored", scored * SCORED_WORDS),
    tokenLines: view("token lines", lines * TOKEN_LINES_WORDS),
    sortedLines: view("sorted lines", lines),
    scores: view("scores", scored * SCORE_WORDS),
  };
}

interface Optimizer {
  readonly graph: Graph;
  readonly step: GPUBuffer;
  readonly norm: GPUBuffer;
  readonly results: ReadRing;
}

async function createOptimizer(
  { device }: Gpu,
  pipelines: Pipelines,
  flat: Record<"parameters" | "gradients" | "first" | "second", ParameterBuffer>,
): Promise<Optimizer> {
  const { STORAGE, UNIFORM, COPY_SRC, COPY_DST } = GPUBufferUsage;
  const step = device.createBuffer({ label: "step", size: STEP_BYTES, usage: UNIFORM | COPY_DST });
  const result = device.createBuffer({ label: "norm", size: 2 * WORD, usage: STORAGE | COPY_SRC });
  const builder = new GraphBuilder(device, pipelines);
  const { size } = flat.parameters.layout;
  const partial = { bytes: PARTIAL_SUMS * WORD };
  const views = Object.fromEntries(Object.entries(flat).map(([name, { buffer }]) => [name, { buffer }]));
  const bound = { ...views, step: { buffer: step }, norm: { buffer: result }, partial };
  for (const kernel of [squares(size), norm(), adamw(size)]) builder.add(kernel, bound);
  return { graph: await builder.build(), step, norm: result, results: new ReadRing(device, WORD, 1) };
}
