/** Which companion takes part in a step: PPO's critic or PRIME's reward model, by the estimator. */
import type { CompanionTurn } from "./companionTurn.ts";
import type { TtrlConfig } from "../ttrlConfig.ts";
import { criticTurn } from "./criticTurn.ts";
import type { Models } from "../contracts/models.ts";
import type { ScoredRollout } from "../contracts/policy.ts";
import { rewardModelTurn } from "./rewardModelTurn.ts";
import type { Question, Response } from "../contracts/types.ts";

/** Scores the responses kept for training; null where the estimator has no companion. */
export async function companionTurn(
  models: Models,
  questions: readonly Question[],
  sampled: readonly { readonly responses: readonly Response[] }[],
  config: TtrlConfig,
  signal: AbortSignal | undefined,
): Promise<CompanionTurn | null> {
  const kept = (): ScoredRollout[][] =>
    sampled.map(({ responses }, question) =>
      responses
        .slice(0, config.rolloutsPerQuestion)
        .map((response) => ({ prompt: questions[question]?.prompt ?? "", response })),
    );
  switch (config.advantage) {
    case "gae":
      return criticTurn(await models.critic(), kept(), config, signal);
    case "prime": {
      const judges = { policy: models.policy, rewardModel: await models.rewardModel() };
      return rewardModelTurn(judges, kept(), config, signal);
    }
    default:
      return null;
  }
}
