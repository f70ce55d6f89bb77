/** A policy and its companions on one way of computing, and the companions' state to keep them. */
import type { Models } from "../rl/contracts/models.ts";
import { EmaTeacher } from "./emaTeacher.ts";
import type { HostTensor } from "./weights/parameters.ts";
import type { TrainableCritic } from "./contracts/trainableCritic.ts";
import type { TrainablePolicy, TrainedState } from "./contracts/trainablePolicy.ts";

/** The companions by name, in the order a checkpoint lists them. */
export const COMPANIONS = ["critic", "follower", "reward-model"] as const;

type CompanionName = (typeof COMPANIONS)[number];

/** Everything that what follows depends on, of the companions that the run has asked for. */
export type CompanionStates = ReadonlyMap<CompanionName, TrainedState>;

/** A companion that was made. */
interface Made {
  state(): Promise<TrainedState>;
  dispose(): Promise<void>;
}

export class TrainableModels implements Models {
  readonly policy: TrainablePolicy;
  readonly #initial: ReadonlyMap<string, HostTensor>;
  /** What companions not made yet continue from. */
  readonly #saved: Map<CompanionName, TrainedState>;
  readonly #made = new Map<CompanionName, Made>();
  #critic: TrainableCritic | null = null;
  #emaTeacher: EmaTeacher | null = null;
  #rewardModel: TrainablePolicy | null = null;

  /**
   * `policy`, which is this object's from now on, began with `initial`, all weights or the adapter's; `saved` is of the
   * run that is continued.
   */
  constructor(
    policy: TrainablePolicy,
    initial: ReadonlyMap<string, HostTensor>,
    saved: CompanionStates = new Map(),
  ) {
    this.policy = policy;
    this.#initial = initial;
    this.#saved = new Map(saved);
  }

  critic(): Promise<TrainableCritic> {
    this.#critic ??= this.#keep("critic", this.policy.createCritic(this.#startOf("critic")));
    return Promise.resolve(this.#critic);
  }

  emaTeacher(): Promise<EmaTeacher> {
    this.#emaTeacher ??= this.#makeFollower();
    return Promise.resolve(this.#emaTeacher);
  }

  rewardModel(): Promise<TrainablePolicy> {
    this.#rewardModel ??= this.#keep("reward-model", this.#another("reward-model"));
    return Promise.resolve(this.#rewardModel);
  }

  #makeFollower(): EmaTeacher {
    const follower = new EmaTeacher(this.policy, this.#another("follower"));
    this.#made.set("follower", {
      state: async () => ({ weights: await follower.weights(), optimizer: null }),
      dispose: () => follower.dispose(),
    });
    return follower;
  }

  #another(name: CompanionName): TrainablePolicy {
    return this.policy.createPolicy(this.#startOf(name));
  }

  #startOf(name: CompanionName): TrainedState {
    const saved = this.#saved.get(name);
    this.#saved.delete(name);
    return saved ?? { weights: this.#initial, optimizer: null };
  }

  #keep<Companion extends TrainableCritic | TrainablePolicy>(
    name: CompanionName,
    companion: Companion,
  ): Companion {
    this.#made.set(name, {
      state: async () => ({
        weights: await companion.weights(),
        optimizer: await companion.optimizerState(),
      }),
      dispose: () => companion.dispose(),
    });
    return companion;
  }

  /** The companions' state now; of those to be continued and not asked for yet, as it was saved. */
  async companions(): Promise<CompanionStates> {
    const states = new Map<CompanionName, TrainedState>();
    for (const name of COMPANIONS) {
      const state = (await this.#made.get(name)?.state()) ?? this.#saved.get(name);
      if (state !== undefined) states.set(name, state);
    }
    return states;
  }

  /** Gives all memory back, the policy's last: its companions may share what is frozen of it. */
  async dispose(): Promise<void> {
    for (const companion of this.#made.values()) await companion.dispose();
    await this.policy.dispose();
  }
}
