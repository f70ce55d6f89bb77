/** A teacher that follows a policy slowly: its weights are an exponential moving average of the policy's. */
import type { EmaTeacher as EmaTeacherModel } from "../rl/contracts/models.ts";
import type { Policy } from "../rl/contracts/policy.ts";
import type { HostTensor } from "./weights/parameters.ts";
import type { TrainablePolicy } from "./contracts/trainablePolicy.ts";

/** What a follower needs of a policy. */
type Weighted = Pick<TrainablePolicy, "sample" | "weights" | "load" | "dispose">;

export class EmaTeacher implements EmaTeacherModel {
  readonly #leader: Weighted;
  readonly #teacher: Weighted;

  /** `teacher`, which is the follower's from now on, holds the average. */
  constructor(leader: Weighted, teacher: Weighted) {
    this.#leader = leader;
    this.#teacher = teacher;
  }

  /** weights <- decay * weights + (1 - decay) * the leader's (M-GRPO, arXiv 2512.13070; Co-rewarding-II, 2508.00410). */
  async follow(decay: number): Promise<void> {
    const [own, leader] = [await this.#teacher.weights(), await this.#leader.weights()];
    const blended = new Map<string, HostTensor>();
    for (const [name, { shape, data }] of leader) {
      const before = own.get(name)?.data ?? data;
      const after = data.map((value, i) => decay * (before[i] ?? Number.NaN) + (1 - decay) * value);
      blended.set(name, { shape, data: after });
    }
    this.#teacher.load(blended);
  }

  sample(...args: Parameters<Policy["sample"]>): ReturnType<Policy["sample"]> {
    return this.#teacher.sample(...args);
  }

  /** The average now, on the host, for a checkpoint. */
  weights(): Promise<Map<string, HostTensor>> {
    return this.#teacher.weights();
  }

  dispose(): Promise<void> {
    return this.#teacher.dispose();
  }
}
