/** Which token of a response carries the reward that the response is judged by as a whole. */
import type { TtrlConfig } from "../ttrlConfig.ts";
import type { Response } from "../contracts/types.ts";

/**
 * The place of the token, or null where the reward is lost. "group-last" is what the authors' reward manager does: it
 * writes every reward of a group to the place where the group's last vote ends. Estimators that add up a response's
 * rewards see no difference. PPO's tokens after that place get no credit; behind the response's end the place counts as
 * its end. REINFORCE++ and ReMax mask what is behind the end.
 */
export function rewardedToken(
  { tokens: { length } }: Pick<Response, "tokens">,
  votes: readonly Pick<Response, "tokens">[],
  { rewardToken, advantage }: Pick<TtrlConfig, "rewardToken" | "advantage">,
): number | null {
  const place = (votes.at(-1)?.tokens.length ?? length) - 1;
  const isMasked = advantage === "reinforce++" || advantage === "remax";
  if (rewardToken === "own-last" || (advantage !== "gae" && !isMasked)) return length - 1;
  return place < length ? place : isMasked ? null : length - 1;
}
