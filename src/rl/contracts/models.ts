/** The models that a run may use besides its policy. */
import type { Critic } from "./critic.ts";
import type { Policy } from "./policy.ts";

/** A teacher whose weights are an exponential moving average (EMA) of the policy's. */
export interface EmaTeacher extends Pick<Policy, "sample"> {
  /** Moves the average one step towards the policy: weights = decay * weights + (1 - decay) * policy, `decay` in [0, 1). */
  follow(decay: number): Promise<void>;
}

/**
 * The policy and its companions. Each companion is a copy of the initial model, created on first use and the same from
 * then on. Their state is part of the run's, like the policy's: whoever created them saves it.
 */
export interface Models {
  readonly policy: Policy;
  critic(): Promise<Critic>;
  emaTeacher(): Promise<EmaTeacher>;
  /** A second policy, which learns to tell rewarded responses from others by its logprobs. */
  rewardModel(): Promise<Policy>;
}
