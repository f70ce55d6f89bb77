/** Policy-gradient training on the GPU, in place on the parameters that the sampler reads. */
import { unsupported, type DecoderShape } from "../../decoder/decoderShape.ts";
import type { DecoderWeights, TrainableWeights } from "../weights/decoderWeights.ts";
import type { Gpu } from "../device/device.ts";
import { GraphBuilder, Pipelines, type Graph } from "../recording/graph.ts";
import { adamw, norm, partialSums, squares, STEP_BYTES } from "../kernels/adamw/adamw.ts";
import { MicroBatches, type Scores } from "./microBatches.ts";
import type { OptimizerState } from "../../decoder/optimizerState.ts";
import { ParameterBuffer } from "../weights/parameterBuffer.ts";
import { ReadRing } from "../recording/readRing.ts";
import type { LossSettings } from "../layout/scoredToken.ts";
import type { TrainingRow } from "./trainingBatch.ts";
import type { TrainingCapacity } from "./trainingUpload.ts";

/** Settings of an optimizer step. */
interface StepSettings {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly weightDecay: number;
  /** Maximum global gradient norm. */
  readonly gradientClip: number;
}

/** Options of a trainer. */
interface TrainerOptions {
  /** AdamW moments and step count to continue from. */
  readonly state?: OptimizerState;
  /** Gradient checkpointing: keeps only layer inputs and recomputes the rest in the backward pass, with a fifth more work. */
  readonly recompute?: boolean;
}

/** PyTorch's default. */
const EPSILON = 1e-8;
const WORD = 4;
/** Stands for infinity, which WGSL lacks. */
const UNBOUNDED = 1e30;

export class GpuTrainer {
  /** Gradients accumulated since the last step. */
  readonly gradients: ParameterBuffer;
  readonly #gpu: Gpu;
  readonly #passes: MicroBatches;
  readonly #first: ParameterBuffer;
  readonly #second: ParameterBuffer;
  readonly #optimizer: Promise<Optimizer>;
  #updates: number;

  /**
   * Trains the trainable part of `weights` in place. Parameters `score.weight` [1, D] and `score.bias` [1] are a value head.
   */
  constructor(
    gpu: Gpu,
    shape: DecoderShape,
    weights: DecoderWeights,
    { state, recompute = false }: TrainerOptions = {},
  ) {
    const problem = unsupported(shape);
    if (problem !== null) throw new RangeError(`the GPU trainer cannot run this model: ${problem}`);
    this.#gpu = gpu;
    const { trainable: parameters } = weights;
    if (parameters === null) throw new Error("frozen weights without an adapter cannot be trained");
    const shapes = new Map(
      [...parameters.layout.parameters].map(([name, placed]) => [name, placed.hostShape]),
    );
    const alike = (label: string): ParameterBuffer => new ParameterBuffer(gpu, shapes, shape.headDim, label);
    this.gradients = alike("gradients");
    [this.#first, this.#second] = [alike("first moments"), alike("second moments")];
    this.#updates = state?.updates ?? 0;
    if (state) this.#first.upload(state.firstMoments);
    if (state) this.#second.upload(state.secondMoments);
    const { gradients } = this;
    this.#passes = new MicroBatches(gpu, shape, weights, { gradients, recompute });
    const moments = { first: this.#first, second: this.#second };
    this.#optimizer = createOptimizer(gpu, { parameters, gradients, ...moments });
  }

  /** Dispatches per micro-batch and per step, and bytes of intermediate results. */
  async statistics(): Promise<{ dispatches: number; optimizerDispatches: number; scratchBytes: number }> {
    const { graph } = await this.#optimizer;
    return { ...this.#passes.statistics, optimizerDispatches: graph.statistics.dispatches };
  }

  /** Allocates for micro-batches up to this size. */
  reserve(capacity: TrainingCapacity): Promise<void> {
    return this.#passes.reserve(capacity);
  }

  /** Accumulates the gradient of the loss of a micro-batch, in one submission. */
  accumulate(rows: readonly TrainingRow[], loss: LossSettings): Promise<Scores> {
    return this.#passes.run(rows, loss);
  }

  /**
   * Takes one AdamW step on the accumulated gradients, clipped by global norm, and zeroes them. Returns the norm before
   * clipping; if it is not finite, weights and step count do not change.
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
    const read = results.copy(encoder, [{ buffer: result, bytes: WORD }]);
    device.queue.submit([encoder.finish()]);
    const [found = Number.NaN] = new Float32Array((await read()).buffer);
    fault.throwIfAborted();
    if (!Number.isFinite(found)) this.#updates -= 1;
    return found;
  }

  /** Zeroes the accumulated gradients. */
  forget(): void {
    const encoder = this.#gpu.device.createCommandEncoder();
    encoder.clearBuffer(this.gradients.buffer);
    this.#gpu.device.queue.submit([encoder.finish()]);
  }

  /** Downloads the optimizer state, for a checkpoint. */
  async state(): Promise<OptimizerState> {
    return {
      updates: this.#updates,
      firstMoments: await this.#first.download(),
      secondMoments: await this.#second.download(),
    };
  }

  async dispose(): Promise<void> {
    this.#passes.dispose();
    for (const buffer of [this.gradients, this.#first, this.#second]) buffer.dispose();
    const { graph, step, norm: result, results } = await this.#optimizer;
    for (const part of [graph, results]) part.dispose();
    for (const buffer of [step, result]) buffer.destroy();
  }
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

interface Optimizer {
  readonly graph: Graph;
  readonly step: GPUBuffer;
  readonly norm: GPUBuffer;
  readonly results: ReadRing;
}

async function createOptimizer(
  { device }: Gpu,
  flat: Record<"parameters" | "gradients" | "first" | "second", TrainableWeights>,
): Promise<Optimizer> {
  const { STORAGE, UNIFORM, COPY_SRC, COPY_DST } = GPUBufferUsage;
  const step = device.createBuffer({ label: "step", size: STEP_BYTES, usage: UNIFORM | COPY_DST });
  const result = device.createBuffer({ label: "norm", size: 2 * WORD, usage: STORAGE | COPY_SRC });
  const builder = new GraphBuilder(device, Pipelines.of(device), "optimizer");
  const { size } = flat.parameters.layout;
  const partial = { bytes: partialSums(size) * WORD };
  const views = Object.fromEntries(Object.entries(flat).map(([name, { buffer }]) => [name, { buffer }]));
  const bound = { ...views, step: { buffer: step }, norm: { buffer: result }, partial };
  for (const kernel of [squares(size), norm(size), adamw(size)]) builder.add(kernel, bound);
  return { graph: await builder.build(), step, norm: result, results: new ReadRing(device, WORD, 1) };
}
