/** A policy and its companions (critic, EMA teacher, reward model) on one backend, with their state for checkpoints. */
import type { Models } from "../rl/contracts/models.ts";
import { EmaTeacher } from "./emaTeacher.ts";
import type { HostTensor } from "./weights/parameters.ts";
import type { TrainableCritic } from "./contracts/trainableCritic.ts";
import type { TrainablePolicy, TrainedState } from "./contracts/trainablePolicy.ts";

/** Names of the companions as checkpoints spell them, in their order there; "follower" is the EMA teacher. */
export const COMPANIONS = ["critic", "follower", "reward-model"] as const;

type CompanionName = (typeof COMPANIONS)[number];

/** Resumable state of the companions that the run uses. */
export type CompanionStates = ReadonlyMap<CompanionName, TrainedState>;

interface Companion {
  weights(): Promise<TrainedState["weights"]>;
  /** Null for a companion without an optimizer. */
  optimizerState(): Promise<TrainedState["optimizer"]>;
  dispose(): Promise<void>;
}

export class TrainableModels implements Models {
  readonly policy: TrainablePolicy;
  readonly #initial: ReadonlyMap<string, HostTensor>;
  /** States to resume companions from that have not been created yet. */
  readonly #saved: Map<CompanionName, TrainedState>;
  readonly #created = new Map<CompanionName, Companion>();
  #critic: TrainableCritic | null = null;
  #emaTeacher: EmaTeacher | null = null;
  #rewardModel: TrainablePolicy | null = null;

  /** Takes ownership of `policy`. `initial`: its trained tensors before step 1; `saved`: companion states of a resumed run. */
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
    this.#emaTeacher ??= this.#keep("follower", new EmaTeacher(this.policy, this.#createPolicy("follower")));
    return Promise.resolve(this.#emaTeacher);
  }

  rewardModel(): Promise<TrainablePolicy> {
    this.#rewardModel ??= this.#keep("reward-model", this.#createPolicy("reward-model"));
    return Promise.resolve(this.#rewardModel);
  }

  #createPolicy(name: CompanionName): TrainablePolicy {
    return this.policy.createPolicy(this.#startOf(name));
  }

  #startOf(name: CompanionName): TrainedState {
    const saved = this.#saved.get(name);
    this.#saved.delete(name);
    return saved ?? { weights: this.#initial, optimizer: null };
  }

  #keep<Created extends Companion>(name: CompanionName, companion: Created): Created {
    this.#created.set(name, companion);
    return companion;
  }

  /** Returns the companions' current state; for those saved and not created yet, the saved state. */
  async companions(): Promise<CompanionStates> {
    const states = new Map<CompanionName, TrainedState>();
    for (const name of COMPANIONS) {
      const companion = this.#created.get(name);
      const saved = this.#saved.get(name);
      if (companion !== undefined)
        states.set(name, { weights: await companion.weights(), optimizer: await companion.optimizerState() });
      else if (saved !== undefined) states.set(name, saved);
    }
    return states;
  }

  /** Releases all memory, the policy's last: companions may share its frozen weights. */
  async dispose(): Promise<void> {
    for (const companion of this.#created.values()) await companion.dispose();
    await this.policy.dispose();
  }
}
