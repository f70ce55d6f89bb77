/** A decoder in training on TensorFlow.js: all its parameters, or an adapter beside them, and their optimizer. */
import type { OptimizerState } from "../../../decoder/optimizerState.ts";
import type * as tf from "../../../ops/tf.ts";
import type { Adapter } from "../../weights/adapter.ts";
import { Dropout } from "./dropout.ts";
import { Optimizer, type StepOptions } from "./optimizer.ts";
import type { Parameters } from "../tfParameters.ts";
import type { MemoryBudget } from "../../contracts/memoryBudget.ts";
import type { TfModel } from "../tfModel.ts";
import type { Decoder } from "../transformer.ts";

export class TrainedDecoder {
  readonly #model: TfModel;
  readonly #adapter: Adapter | null;
  /** What is trained; the optimizer replaces these tensors. */
  readonly tensors: Map<string, tf.Tensor>;
  readonly #optimizer: Optimizer;
  readonly #dropout: Dropout;
  readonly #recompute: boolean;

  /** Trains `tensors`: the model's parameters, or under `adapter` its own. Their memory stays the caller's. */
  constructor(
    model: TfModel,
    adapter: Adapter | null,
    tensors: Map<string, tf.Tensor>,
    optimizer: OptimizerState | null,
    { recompute }: Pick<MemoryBudget, "recompute">,
  ) {
    this.#recompute = recompute;
    this.#model = model;
    this.#adapter = adapter;
    this.tensors = tensors;
    this.#optimizer = new Optimizer(tensors, optimizer);
    this.#dropout = new Dropout(adapter?.dropout ?? 0, adapter?.seed ?? 0);
  }

  /** The decoder as it is, to sample from and to score with. */
  get decoder(): Decoder {
    return this.#model.decoderWith(this.tensors, this.#adapter);
  }

  /** Adds the gradient of `loss(decoder, trained)` to the sum; returns the loss's value. */
  accumulate(loss: (decoder: Decoder, trained: Parameters) => tf.Scalar): Promise<number> {
    const drop = this.#dropout.during(this.#optimizer.updates);
    const recompute = this.#recompute;
    return this.#optimizer.accumulate((trained) =>
      loss(this.#model.decoderWith(trained, this.#adapter, { drop, recompute }), trained),
    );
  }

  /** One step on the summed gradients, which are then forgotten; returns their norm. */
  async step(options: StepOptions): Promise<number> {
    this.#dropout.end();
    return this.#optimizer.step(options);
  }

  /** Drops gradients summed so far. */
  clearGradients(): void {
    this.#dropout.end();
    this.#optimizer.clearGradients();
  }

  /** The optimizer's state on the host. */
  state(): Promise<OptimizerState> {
    return this.#optimizer.state();
  }

  /** Gives back what the optimizer holds. */
  dispose(): void {
    this.#optimizer.dispose();
  }
}
