/** Accumulates gradients over micro-batches, then takes a clipped AdamW step. Owns the moments and the step count. */
import { at } from "../../../math/at.ts";
import type { OptimizerState } from "../../../decoder/optimizerState.ts";
import { adamw, type AdamwOptions } from "../../../ops/adamw/adamw.ts";
import { globalNorm } from "../../../ops/globalNorm/globalNorm.ts";
import * as tf from "../../../ops/tf.ts";
import type { UpdateOptions } from "../../../rl/contracts/policy.ts";
import { GradientError } from "../../contracts/gradientError.ts";
import type { HostTensor } from "../../weights/parameters.ts";
import { downloadTensors } from "../tfParameters.ts";

/** Settings of one step. */
export type StepOptions = Pick<
  UpdateOptions,
  "learningRate" | "beta1" | "beta2" | "weightDecay" | "gradientClip"
>;

/** PyTorch's default. */
const EPSILON = 1e-8;

export class Optimizer {
  readonly #parameters: Map<string, tf.Tensor>;
  readonly #firstMoments = new Map<string, tf.Tensor>();
  readonly #secondMoments = new Map<string, tf.Tensor>();
  readonly #gradients = new Map<string, tf.Tensor>();
  #updates = 0;

  /** Steps replace the tensors in `parameters`. */
  constructor(parameters: Map<string, tf.Tensor>, state: OptimizerState | null = null) {
    this.#parameters = parameters;
    this.#updates = state?.updates ?? 0;
    for (const [name, tensor] of parameters) {
      const zeros = (): tf.Tensor => tf.keep(tf.zeros(tensor.shape));
      const load = (host: HostTensor | undefined): tf.Tensor =>
        host === undefined ? zeros() : tf.keep(tf.tensor(host.data, [...host.shape]));
      this.#firstMoments.set(name, load(state?.firstMoments.get(name)));
      this.#secondMoments.set(name, load(state?.secondMoments.get(name)));
    }
  }

  /** Number of steps taken. */
  get updates(): number {
    return this.#updates;
  }

  /** Accumulates the gradient of `loss(parameters)`; returns the loss. */
  async accumulate(loss: (parameters: ReadonlyMap<string, tf.Tensor>) => tf.Scalar): Promise<number> {
    const names = [...this.#parameters.keys()];
    const result = tf.tidy(() => {
      const gradients = tf.valueAndGrads(
        (...tensors: tf.Tensor[]) => loss(new Map(names.map((name, i) => [name, tensors[i] as tf.Tensor]))), // one tensor per name
      );
      const { value, grads } = gradients([...this.#parameters.values()]);
      for (const [i, name] of names.entries()) this.#add(name, grads[i] as tf.Tensor);
      return value;
    });
    const value = at(await result.data(), 0);
    result.dispose();
    return value;
  }

  #add(name: string, gradient: tf.Tensor): void {
    const sum = this.#gradients.get(name);
    this.#gradients.set(name, tf.keep(sum === undefined ? tf.clone(gradient) : tf.add(sum, gradient)));
    sum?.dispose();
  }

  /** Takes one AdamW step on the accumulated gradients and clears them. Returns their global norm before clipping; throws a `GradientError` if it is not finite. */
  async step(options: StepOptions): Promise<number> {
    const norm = await globalNorm([...this.#gradients.values()]);
    if (!Number.isFinite(norm)) {
      this.clearGradients();
      throw new GradientError(norm);
    }
    this.#updates += 1;
    const gradientScale = Math.min(1, options.gradientClip / (norm + 1e-6)); // as torch.nn.utils.clip_grad_norm_
    const settings = { ...options, epsilon: EPSILON, gradientScale, stepNumber: this.#updates };
    for (const [name, gradient] of this.#gradients) this.#stepOne(name, gradient, settings);
    this.clearGradients();
    return norm;
  }

  #stepOne(name: string, gradient: tf.Tensor, settings: AdamwOptions): void {
    const held = (tensors: ReadonlyMap<string, tf.Tensor>): tf.Tensor => {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw new Error(`the optimizer has no parameter ${name}`);
      return tensor;
    };
    const [first, second] = [this.#firstMoments, this.#secondMoments];
    const state = { param: held(this.#parameters), m: held(first), v: held(second) };
    const { param, m, v } = adamw(state, gradient, settings);
    this.#parameters.set(name, tf.keep(param));
    first.set(name, tf.keep(m));
    second.set(name, tf.keep(v));
  }

  /** Clears the accumulated gradients. */
  clearGradients(): void {
    tf.dispose([...this.#gradients.values()]);
    this.#gradients.clear();
  }

  /** Reads the state to the host, for a checkpoint. */
  async state(): Promise<OptimizerState> {
    return {
      updates: this.#updates,
      firstMoments: await downloadTensors(this.#firstMoments),
      secondMoments: await downloadTensors(this.#secondMoments),
    };
  }

  dispose(): void {
    this.clearGradients();
    tf.dispose([...this.#firstMoments.values(), ...this.#secondMoments.values()]);
  }
}
