/** Where the authors' code differs from the method as published: settings that reproduce their runs. */
import { at } from "../../math/at.ts";
import { choice, integer } from "../config/field.ts";
import type { Estimator } from "../contracts/hooks.ts";
import type { Response } from "../contracts/types.ts";
import { defineVariant } from "../contracts/variant.ts";

export const authorsCode = defineVariant({
  name: "authors' code",
  fields: {
    rewardToken: choice(
      { group: "Rewards", label: "Reward token", choices: ["own-last", "group-last"] },
      "Token that carries a response's reward: its own last one or, as in the authors' code, the position where the last vote of its group ends. Matters only for gae, reinforce++ and remax: later tokens get no credit, and the latter two lose the reward of shorter responses.",
    ),
    epochRest: choice(
      { group: "Loop", label: "Rest of an epoch", choices: ["kept", "dropped"] },
      "Questions left when an epoch no longer fills a step: kept for the next step, or dropped like in the authors' loader (6 of AIME's 30 with 8 a step).",
    ),
    scheduleLag: integer(
      { group: "Optimizer", label: "Schedule lag", default: 0, bounds: [0, 1], unit: "steps" },
      "Steps by which the learning rate lags; with 1, like in the authors' code, a warm-up starts with a step of rate 0.",
    ),
  },
  isOn: () => true, // in part, by each of its settings
  hooks: ({ rewardToken, epochRest, scheduleLag }) => ({
    ...(rewardToken === "group-last" && { rewardedToken: groupLastToken }),
    ...(epochRest === "dropped" && { dropsEpochRest: true }),
    ...(scheduleLag > 0 && { scheduleLag }),
  }),
});

/**
 * Returns the token of a response that carries its reward, null where the reward is lost. The authors' reward manager
 * writes every reward of a group to the position where the group's last vote ends. Estimators that sum a response's
 * rewards see no difference. PPO's tokens after that position get no credit; beyond the response's end the position
 * counts as its end. REINFORCE++ and ReMax mask what is beyond the end.
 */
export function groupLastToken(
  { tokens: { length } }: Pick<Response, "tokens">,
  votes: readonly Pick<Response, "tokens">[],
  { rewardBeyondEnd }: Pick<Estimator, "rewardBeyondEnd">,
): number | null {
  if (rewardBeyondEnd === undefined) return length - 1;
  const position = at(votes, votes.length - 1).tokens.length - 1;
  if (position < length) return position;
  return rewardBeyondEnd === "lost" ? null : length - 1;
}
