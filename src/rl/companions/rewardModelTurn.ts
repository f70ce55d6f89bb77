/**
 * PRIME's reward model (arXiv 2502.01456, section 3): scores first, then its updates, then the policy's. It is a policy, so
 * it learns as one: binary cross-entropy of sigmoid(beta * sum of log ratios) with the vote reward is a loss whose
 * derivative by each logprob of a response is beta (probability - reward), and an update with ratio 1 descends
 * -advantage * weight. Temperature 1 throughout, as in the authors' code: the reward model is never sampled.
 */
import { mean, sum } from "../../math/stats.ts";
import type { CompanionMetrics } from "../metrics/companionMetrics.ts";
import type { CompanionTurn } from "./companionTurn.ts";
import type { TtrlConfig } from "../ttrlConfig.ts";
import type { Judged } from "../judge.ts";
import { meanByTokens, miniBatches } from "../miniBatches.ts";
import type { OnProgress, Policy, ScoredRollout, UpdateOptions, UpdateStats } from "../contracts/policy.ts";
import { crossEntropy, logRatios, pairwiseAccuracy, processRewards, rewardProbability } from "./prime.ts";
import { scoreGroups } from "../rollouts.ts";
import type { Rollout } from "../contracts/types.ts";

/** Largest norm of the reward model's gradient; the authors' value. */
const GRADIENT_CLIP = 10;

/** The reward model, and the policy, which knows the initial model's logprobs. */
interface Judges {
  readonly policy: Policy;
  readonly rewardModel: Policy;
}

/** By question and response. */
type Logprobs = readonly (readonly Float32Array[])[];

/** The reward model's part of one step. */
export async function rewardModelTurn(
  { policy, rewardModel }: Judges,
  kept: readonly (readonly ScoredRollout[])[],
  config: TtrlConfig,
  signal: AbortSignal | undefined,
): Promise<CompanionTurn> {
  const score = (groups: typeof kept): Promise<Float32Array[][]> =>
    scoreGroups(groups, (rollouts) => rewardModel.score(rollouts, 1, signal));
  const initial = await scoreGroups(kept, (rollouts) => policy.initialLogprobs(rollouts, 1, signal));
  const before = await score(kept);
  const scores = processRewards(before, initial, config.processScale);
  const learn = async (judged: Judged, onProgress: OnProgress): Promise<Partial<CompanionMetrics>> => {
    const outcomes = judged.rewards.map((group) => group.map((tokens) => sum([...tokens])));
    const updates: (UpdateStats & { readonly crossEntropy: number })[] = [];
    for (const [first, end] of miniBatches(kept.length, config.updatesPerStep)) {
      const groups = kept.slice(first, end);
      // After an update the scores of this step are an older model's.
      const logprobs = first === 0 ? before.slice(first, end) : await score(groups);
      const known = { logprobs, initial: initial.slice(first, end), outcomes: outcomes.slice(first, end) };
      const lesson = rewardLesson(groups, known, config.processScale);
      const stats = await rewardModel.update(lesson.rollouts, optionsOf(config), signal, onProgress);
      updates.push({ ...stats, crossEntropy: lesson.loss });
    }
    const totals = scores.map((group) => group.map((tokens) => sum([...tokens])));
    return {
      processReward: mean(totals.flat()),
      rewardModelAccuracy: pairwiseAccuracy(totals, outcomes),
      rewardModelLoss: meanByTokens(updates, ({ crossEntropy: loss }) => loss),
      rewardModelGradientNorm: meanByTokens(updates, ({ gradientNorm }) => gradientNorm),
    };
  };
  return { scores, learn };
}

/** Rollouts on which an update of the reward model descends the mean cross-entropy of the responses, and that loss. */
export function rewardLesson(
  groups: readonly (readonly ScoredRollout[])[],
  known: { logprobs: Logprobs; initial: Logprobs; outcomes: readonly (readonly number[])[] },
  beta: number,
): { rollouts: Rollout[]; loss: number } {
  const [logprobs, initial, outcomes] = [known.logprobs.flat(), known.initial.flat(), known.outcomes.flat()];
  const losses: number[] = [];
  const rollouts = groups.flat().map(({ prompt, response }, i): Rollout => {
    const [own = new Float32Array(), outcome = Number.NaN] = [logprobs[i], outcomes[i]];
    const probability = rewardProbability(logRatios(own, initial[i] ?? new Float32Array()), beta);
    losses.push(crossEntropy(probability, outcome));
    return {
      prompt,
      response: { ...response, logprobs: own },
      advantages: new Float32Array(own.length).fill(beta * (outcome - probability)),
      weight: 1 / outcomes.length,
    };
  });
  return { rollouts, loss: mean(losses) };
}

/** Nothing but the descent: with a ratio of 1 no clip is reached. */
function optionsOf({
  rewardModelLearningRate: learningRate,
  beta1,
  beta2,
  weightDecay,
}: TtrlConfig): UpdateOptions {
  return {
    learningRate,
    temperature: 1,
    clipLow: 1,
    clipHigh: 1,
    dualClip: Infinity,
    klCoefficient: 0,
    klEstimator: "k3",
    entropyCoefficient: 0,
    gradientClip: GRADIENT_CLIP,
    beta1,
    beta2,
    weightDecay,
  };
}
