/** The models that a run may ask for beside its policy. */
import type { Critic } from "./critic.ts";
import type { Policy } from "./policy.ts";

/** A teacher that follows the policy slowly: its weights are a moving average of the policy's. */
export interface Follower extends Pick<Policy, "sample"> {
  /** One step towards the policy as it is: `decay` in [0, 1) of the average stays. */
  follow(decay: number): Promise<void>;
}

/**
 * The policy and its companions. Each companion is a copy of the initial model, made when it is first asked for and the
 * same from then on. Their state belongs to the run's, as the policy's does: whoever made them keeps it.
 */
export interface Models {
  readonly policy: Policy;
  critic(): Promise<Critic>;
  follower(): Promise<Follower>;
  /** A second policy, which learns to tell good responses from bad ones by its logprobs. */
  rewardModel(): Promise<Policy>;
}
