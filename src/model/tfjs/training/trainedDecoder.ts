/** A decoder in training on TensorFlow.js: its trained parameters (all, or an adapter's) and their optimizer. */
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
  /** The trained tensors; the optimizer replaces them. */
  readonly tensors: Map<string, tf.Tensor>;
  /** Owned: the caller disposes of it with the tensors. */
  readonly optimizer: Optimizer;
  readonly #dropout: Dropout;
  readonly #recompute: boolean;

  /** Trains `tensors`: the model's parameters, or those of `adapter`. The caller disposes of them. */
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
    this.optimizer = new Optimizer(tensors, optimizer);
    this.#dropout = new Dropout(adapter?.dropout ?? 0, adapter?.seed ?? 0);
  }

  /** The decoder with the current parameters, for sampling and scoring. */
  get decoder(): Decoder {
    return this.#model.decoderWith(this.tensors, this.#adapter);
  }

  /** Accumulates the gradient of `loss(decoder, trained)`; returns the loss. */
  accumulate(loss: (decoder: Decoder, trained: Parameters) => tf.Scalar): Promise<number> {
    const drop = this.#dropout.during(this.optimizer.updates);
    const recompute = this.#recompute;
    return this.optimizer.accumulate((trained) =>
      loss(this.#model.decoderWith(trained, this.#adapter, { drop, recompute }), trained),
    );
  }

  /** Takes one step on the accumulated gradients and clears them; returns their global norm. */
  async step(options: StepOptions): Promise<number> {
    this.#dropout.end();
    return this.optimizer.step(options);
  }

  /** Clears the accumulated gradients. */
  clearGradients(): void {
    this.#dropout.end();
    this.optimizer.clearGradients();
  }
}
