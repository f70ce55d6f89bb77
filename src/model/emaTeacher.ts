/** A teacher whose weights are an exponential moving average of the policy's. */
import { at } from "../math/at.ts";
import type { EmaTeacher as EmaTeacherModel } from "../rl/contracts/models.ts";
import type { Policy } from "../rl/contracts/policy.ts";
import type { HostTensor } from "./weights/parameters.ts";
import type { TrainablePolicy } from "./contracts/trainablePolicy.ts";

type Weighted = Pick<TrainablePolicy, "sample" | "weights" | "load" | "dispose">;

export class EmaTeacher implements EmaTeacherModel {
  readonly #policy: Weighted;
  readonly #average: Weighted;

  /** Takes ownership of `average`, the model that holds the average; `policy` stays the caller's. */
  constructor(policy: Weighted, average: Weighted) {
    this.#policy = policy;
    this.#average = average;
  }

  /** Sets weights <- decay * weights + (1 - decay) * policy (M-GRPO, arXiv 2512.13070; Co-rewarding-II, 2508.00410). */
  async follow(decay: number): Promise<void> {
    const [own, policy] = [await this.#average.weights(), await this.#policy.weights()];
    const blended = new Map<string, HostTensor>();
    for (const [name, { shape, data }] of policy) {
      const before = own.get(name)?.data;
      if (before === undefined) throw new Error(`the EMA teacher has no weight ${name}`);
      blended.set(name, { shape, data: data.map((value, i) => decay * at(before, i) + (1 - decay) * value) });
    }
    this.#average.load(blended);
  }

  sample(...args: Parameters<Policy["sample"]>): ReturnType<Policy["sample"]> {
    return this.#average.sample(...args);
  }

  /** Returns the averaged weights on the host, for a checkpoint. */
  weights(): Promise<Map<string, HostTensor>> {
    return this.#average.weights();
  }

  optimizerState(): Promise<null> {
    return Promise.resolve(null);
  }

  dispose(): Promise<void> {
    return this.#average.dispose();
  }
}
