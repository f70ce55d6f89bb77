/** The part of the configuration's table for estimators with a companion: PPO's critic, PRIME's reward model. */
import { integer, real } from "./configField.ts";

/** What these fields hold. */
export interface CompanionConfig {
  readonly gamma: number;
  readonly lambda: number;
  readonly criticLearningRate: number;
  readonly criticWarmup: number;
  readonly valueClip: number;
  readonly rewardModelLearningRate: number;
  readonly processScale: number;
  readonly processWeight: number;
}

/** In the order a form shows them. */
export const COMPANION_FIELDS = {
  gamma: real(
    "Critic and reward model",
    "Gamma",
    1,
    [0, 1],
    "",
    "What a reward is still worth one token earlier, with gae and reinforce++ (paper: 1).",
  ),
  lambda: real(
    "Critic and reward model",
    "Lambda",
    1,
    [0, 1],
    "",
    "With gae, how far advantages look past the critic's next value: 1 trusts only the reward, 0 only the critic (paper: 1).",
  ),
  criticLearningRate: real(
    "Critic and reward model",
    "Critic learning rate",
    2e-3,
    [1e-8, 0.1],
    "",
    "AdamW step size of gae's critic, constant from the first step; well above the policy's, since the critic has to keep up with it (paper: 18 times the policy's).",
  ),
  criticWarmup: integer(
    "Critic and reward model",
    "Critic warm-up",
    0,
    [0, 10_000],
    "steps",
    "With gae, steps at the start in which the critic learns alone (paper: 0).",
  ),
  valueClip: real(
    "Critic and reward model",
    "Value clip",
    0.5,
    [0.001, 100],
    "",
    "Values count as if they had moved at most so far in one step; it matters only with several updates per step (paper: 0.5).",
  ),
  rewardModelLearningRate: real(
    "Critic and reward model",
    "Reward-model learning rate",
    1e-3,
    [1e-8, 0.1],
    "",
    "AdamW step size of prime's reward model, constant from the first step; until it tells responses apart its token rewards mislead (paper: twice the policy's, which is too slow for small models).",
  ),
  processScale: real(
    "Critic and reward model",
    "Reward-model scale",
    0.05,
    [0.0001, 10],
    "",
    "PRIME's beta: a larger one lets the reward model be sure after smaller changes of its logprobs (paper: 0.05).",
  ),
  processWeight: real(
    "Critic and reward model",
    "Process weight",
    1,
    [0, 100],
    "",
    "With prime, what the reward model's token rewards count for beside the vote's reward (paper: 1, both times 5); 0 trains it without listening.",
  ),
} as const;

/** What is wrong with a set of values, as sentences a user can act on. */
export function companionProblems(values: Readonly<Record<string, unknown>>): string[] {
  const isCharged = values["klPlace"] === "reward" && Number(values["klCoefficient"]) > 0;
  return values["advantage"] === "prime" && isCharged
    ? ["klPlace (reward) must be loss with advantage (prime), whose reward model judges whole responses"]
    : [];
}
