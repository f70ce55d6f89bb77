/** Rule-based rewards of a group's responses (TTRL, arXiv 2504.16084, equation 3). */
import { answersEqual } from "./answer.ts";
import type { Rewarded, RewardRule, RewardSources, Voted } from "./contracts/hooks.ts";
import type { Method } from "./contracts/method.ts";
import type { Answer, AnswerRules } from "./contracts/types.ts";

/** Returns 1 if the answer equals the pseudo-label, else 0; a response without an answer earns 0 whatever the label. */
export function rewardFor(answer: Answer, pseudoLabel: Answer, rules: AnswerRules): 0 | 1 {
  return answer !== null && pseudoLabel !== null && answersEqual(answer, pseudoLabel, rules) ? 1 : 0;
}

/** Rewards agreement with a label. */
export function agreementWith(label: Answer, rules: AnswerRules): RewardRule {
  return (answer) => rewardFor(answer, label, rules);
}

/** Rewards each answer by a table; answers that are not in it, and missing ones, earn 0. */
export function rewardsByAnswer(rewards: ReadonlyMap<string, number>, rules: AnswerRules): RewardRule {
  return (answer) => {
    if (answer === null) return 0;
    const isAlike = ([candidate]: readonly [string, number]): boolean =>
      answersEqual(answer, candidate, rules);
    return rewards.get(answer) ?? [...rewards].find(isAlike)?.[1] ?? 0; // the paper's rules split equal answers
  };
}

/** Rewards agreement with the majority (TTRL). */
export function majorityRule({ vote }: Voted, { rules }: RewardSources): RewardRule {
  const { pseudoLabel } = vote;
  return rewardsByAnswer(pseudoLabel === null ? new Map() : new Map([[pseudoLabel, 1]]), rules);
}

/** Rewards the responses to one question; a group without a label earns 0. */
export function reward(
  voted: Voted,
  { rewardRule, reshapeRewards }: Pick<Method, "rewardRule" | "reshapeRewards">,
  sources: RewardSources,
): Rewarded {
  const rule = voted.abstains ? () => 0 : rewardRule(voted, sources);
  const rewards = voted.answers.map(rule);
  const greedyReward = voted.greedy === null ? null : rule(voted.greedyAnswer);
  const rewarded: Rewarded = { ...voted, rewards, greedyReward };
  if (voted.abstains) return rewarded;
  return reshapeRewards.reduce((group, reshape) => ({ ...group, ...reshape(group) }), rewarded);
}
