/** For tests and the bench: runs a run's worst-case workload, to measure its memory. */
import type { Demand, SampledTogether } from "./demand.ts";
import type { Response } from "../../rl/contracts/types.ts";
import type { ModelConfig } from "../language/config.ts";
import { PLAIN_UPDATE, rolloutOf, TINY_CONFIG } from "../fixture.ts";
import type { HostTensor } from "../weights/parameters.ts";
import type { LanguageModel } from "../language/languageModel.ts";
import type { TrainablePolicy } from "../contracts/trainablePolicy.ts";

/** High enough that no two responses are equal, which training would merge. */
const TEMPERATURE = 4;

/** The demand of a tiny run without companions, changed by `values`. */
export function demandWith(values: Partial<Demand>): Demand {
  const sampled = { questions: 2, responses: 4 };
  return {
    sampled: [sampled],
    taught: null,
    trained: sampled,
    maxResponseTokens: 8,
    initialModel: false,
    critic: false,
    rewardModel: false,
    ...values,
  };
}

/** The model without end-of-sequence tokens: every response has the maximum length. */
export function endless({ config, ...model }: LanguageModel): LanguageModel {
  return { ...model, config: { ...config, eosTokens: [] } };
}

/** Samples, scores and trains twice with the largest batches of this demand; calls `reached` after sampling and training. */
export async function workAtWorst(
  policy: TrainablePolicy,
  weights: ReadonlyMap<string, HostTensor>,
  prompts: readonly string[],
  demand: Demand,
  reached: (what: "sampled" | "trained") => void = () => {},
): Promise<void> {
  const start = { weights, reference: null, optimizer: null };
  const critic = demand.critic ? policy.createCritic(start) : null;
  const rewardModel = demand.rewardModel ? policy.createPolicy(start) : null;
  const teacher = demand.taught === null ? null : policy.createPolicy(start);
  for (let time = 0; time < 2; time++) {
    for (const asked of demand.sampled) await sample(policy, prompts, asked, demand.maxResponseTokens);
    if (teacher !== null && demand.taught !== null)
      await sample(teacher, prompts, demand.taught, demand.maxResponseTokens);
    reached("sampled");
    const asked = prompts.slice(0, demand.trained.questions);
    const responses = await sample(policy, asked, demand.trained, demand.maxResponseTokens);
    const rollouts = asked.flatMap((prompt, i) =>
      (responses[i] ?? []).map((response, k) => rolloutOf(prompt, response, k % 2 === 0 ? 1 : -1, 1e-3)),
    );
    if (critic !== null) {
      const values = await critic.values(rollouts);
      const valued = rollouts.map((rollout, i) => {
        const oldValues = values[i] ?? new Float32Array();
        return { ...rollout, oldValues, returns: new Float32Array(oldValues.length).fill(1) };
      });
      await critic.update(valued, { ...PLAIN_UPDATE, valueClip: 0.5 });
    }
    await rewardModel?.score(rollouts, 1);
    await rewardModel?.update(rollouts, PLAIN_UPDATE);
    await policy.update(rollouts, PLAIN_UPDATE);
    reached("trained");
  }
  await Promise.all([critic?.dispose(), rewardModel?.dispose(), teacher?.dispose()]);
}

function sample(
  policy: TrainablePolicy,
  prompts: readonly string[],
  { questions, responses: count }: SampledTogether,
  maxResponseTokens: number,
): Promise<Response[][]> {
  const requests = prompts.slice(0, questions).map((prompt, seed) => ({ prompt, seed }));
  return policy.sample(requests, { count, temperature: TEMPERATURE, topP: 1, maxResponseTokens });
}

/** SmolLM2-135M. */
export const SMOL_CONFIG: ModelConfig = {
  ...TINY_CONFIG,
  width: 576,
  layers: 30,
  heads: 9,
  kvHeads: 3,
  headDim: 64,
  hiddenWidth: 1536,
  vocabulary: 49_152,
  maxPositions: 8192,
};
