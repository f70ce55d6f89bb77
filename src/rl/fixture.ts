/** For tests: a policy of three numbers per prompt, so that the whole method runs without a model. */
import { createRandom } from "../math/random.ts";
import { configFrom, methodOf } from "./ttrlConfig.ts";
import { answerRules } from "./answerRules.ts";
import { advantage } from "./advantage.ts";
import type { JudgedStep, Rewarded, RewardSources, Sampled } from "./contracts/hooks.ts";
import type { TokenTable } from "./contracts/tokenTable.ts";
import { reward } from "./reward.ts";
import { vote } from "./vote.ts";
import type { Critic, CriticOptions, CriticStats, ValuedRollout } from "./contracts/critic.ts";
import type { EmaTeacher, Models } from "./contracts/models.ts";
import type {
  Policy,
  SampleRequest,
  ScoredRollout,
  Sampling,
  UpdateOptions,
  UpdateStats,
} from "./contracts/policy.ts";
import { initialLoopState, type LoopState } from "./loop/loopState.ts";
import type { StepMetrics } from "./metrics/metrics.ts";
import { grantTruth, type Study } from "./metrics/answerKey.ts";
import { measureStep } from "./metrics/measure.ts";
import { ttrl } from "./ttrl.ts";
import type { AnswerRules, Group, Prompt, Response, Rollout } from "./contracts/types.ts";

/** The rules of a run by default, on free-form mathematics. */
export const MATH = answerRules({ task: "math" }, { answers: "corrected", answerFormat: "auto" });

/** Logits of the answers "7", "8" and "9". */
export type Logits = readonly [number, number, number];

/** Three numbers take larger steps than a model's weights: with this a learning rate of 0.1 is a step of 1. */
const STEP = 10;

/** A response of one token that says `text`. */
export function say(text: string, token = 0, logprob = 0): Response {
  const tokens = Int32Array.of(token);
  return { text, tokens, logprobs: Float32Array.of(logprob), entropy: 0, finished: true };
}

/**
 * Answers a prompt with 7, 8 or 9 in a box, by softmax(logits / temperature), and learns by exact gradients. Its own
 * companions are as simple.
 */
export class ThreeNumberPolicy implements Policy, Models {
  readonly logits: Map<Prompt, number[]>;
  readonly #initial: Readonly<Record<string, Logits>>;
  /** What the policy was trained on, update by update. */
  readonly updates: { readonly rollouts: readonly Rollout[]; readonly options: UpdateOptions }[] = [];
  /** Prompts sampled, call by call. */
  readonly asked: string[][] = [];
  readonly #critic = new OneNumberCritic();
  #teacher: ThreeNumberTeacher | null = null;
  #rewardModel: ThreeNumberPolicy | null = null;

  constructor(initial: Readonly<Record<string, Logits>>) {
    this.#initial = initial;
    this.logits = new Map(Object.entries(initial).map(([prompt, logits]) => [prompt, [...logits]]));
  }

  get policy(): this {
    return this;
  }

  critic(): Promise<OneNumberCritic> {
    return Promise.resolve(this.#critic);
  }

  emaTeacher(): Promise<ThreeNumberTeacher> {
    this.#teacher ??= new ThreeNumberTeacher(this, new ThreeNumberPolicy(this.#initial));
    return Promise.resolve(this.#teacher);
  }

  rewardModel(): Promise<ThreeNumberPolicy> {
    this.#rewardModel ??= new ThreeNumberPolicy(this.#initial);
    return Promise.resolve(this.#rewardModel);
  }

  /** Probabilities of "7", "8" and "9". */
  probabilities(prompt: Prompt, temperature = 1): number[] {
    return softmax(this.logits.get(prompt), prompt, temperature);
  }

  async score(rollouts: readonly ScoredRollout[], temperature: number): Promise<Float32Array[]> {
    return Promise.resolve(
      rollouts.map((rollout) => logprobOf(rollout, this.probabilities(rollout.prompt, temperature))),
    );
  }

  async initialLogprobs(rollouts: readonly ScoredRollout[], temperature: number): Promise<Float32Array[]> {
    return Promise.resolve(
      rollouts.map((rollout) => {
        const { prompt } = rollout;
        return logprobOf(rollout, softmax(this.#initial[textOf(prompt)], prompt, temperature));
      }),
    );
  }

  async sample(
    requests: readonly SampleRequest[],
    { count, first = 0, temperature }: Sampling,
    signal?: AbortSignal,
  ) {
    await Promise.resolve();
    signal?.throwIfAborted();
    this.asked.push(requests.map(({ prompt }) => textOf(prompt)));
    return requests.map(({ prompt, seed }) => {
      const probabilities = this.probabilities(prompt, temperature);
      return Array.from({ length: count }, (_, i) => {
        const token = createRandom(seed, first + i).weighted(probabilities);
        return say(`\\boxed{${7 + token}}`, token, Math.log(probabilities[token]!));
      });
    });
  }

  async update(
    rollouts: readonly Rollout[],
    options: UpdateOptions,
    signal?: AbortSignal,
  ): Promise<UpdateStats> {
    await Promise.resolve();
    signal?.throwIfAborted();
    this.updates.push({ rollouts, options });
    const { temperature, learningRate } = options;
    const before = new Map(
      [...this.logits].map(([prompt]) => [prompt, this.probabilities(prompt, temperature)]),
    );
    for (const { prompt, response, advantages, weight } of rollouts) {
      const logits = this.logits.get(prompt)!;
      for (const [i, probability] of before.get(prompt)!.entries()) {
        const gradient = (Number(i === response.tokens[0]) - probability) / temperature;
        logits[i]! += STEP * learningRate * advantages[0]! * gradient * weight;
      }
    }
    const tokens = rollouts.length;
    const clipping = { clipFraction: 0, clipFractionLow: 0 };
    return { loss: 0, gradientNorm: 1, ...clipping, entropy: 0, oldKl: 0, kl: null, tokens, logprobGap: 0 };
  }
}

/** Keeps one value for each prompt: responses of one token begin with nothing else. */
export class OneNumberCritic implements Critic {
  readonly value = new Map<Prompt, number>();
  /** What the critic was trained on, update by update. */
  readonly updates: { readonly rollouts: readonly ValuedRollout[]; readonly options: CriticOptions }[] = [];

  values(rollouts: readonly ScoredRollout[]): Promise<Float32Array[]> {
    return Promise.resolve(
      rollouts.map(({ prompt, response }) =>
        new Float32Array(response.tokens.length).fill(this.value.get(prompt) ?? 0),
      ),
    );
  }

  update(rollouts: readonly ValuedRollout[], options: CriticOptions): Promise<CriticStats> {
    this.updates.push({ rollouts, options });
    const before = new Map(this.value);
    let loss = 0;
    for (const { prompt, returns, weight } of rollouts) {
      const error = (before.get(prompt) ?? 0) - returns[0]!;
      loss += (weight * error ** 2) / 2;
      const moved = (this.value.get(prompt) ?? 0) - STEP * options.learningRate * weight * error;
      this.value.set(prompt, moved);
    }
    const tokens = rollouts.length;
    return Promise.resolve({ loss, gradientNorm: 1, clipFraction: 0, tokens });
  }
}

/** A moving average of its leader's logits. */
class ThreeNumberTeacher implements EmaTeacher {
  readonly #leader: ThreeNumberPolicy;
  readonly teacher: ThreeNumberPolicy;

  constructor(leader: ThreeNumberPolicy, teacher: ThreeNumberPolicy) {
    this.#leader = leader;
    this.teacher = teacher;
  }

  follow(decay: number): Promise<void> {
    for (const [prompt, logits] of this.teacher.logits) {
      const goal = this.#leader.logits.get(prompt)!;
      this.teacher.logits.set(
        prompt,
        logits.map((logit, i) => decay * logit + (1 - decay) * goal[i]!),
      );
    }
    return Promise.resolve();
  }

  sample(requests: readonly SampleRequest[], sampling: Sampling, signal?: AbortSignal) {
    return this.teacher.sample(requests, sampling, signal);
  }
}

/** The prompts of these tests are texts. */
function textOf(prompt: Prompt): string {
  if (typeof prompt !== "string") throw new Error("a policy of three numbers knows texts only");
  return prompt;
}

function softmax(logits: readonly number[] | undefined, prompt: Prompt, temperature: number): number[] {
  if (logits === undefined) throw new Error(`no logits for "${textOf(prompt)}"`);
  const weights = logits.map((logit) => Math.exp(logit / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function logprobOf({ response }: ScoredRollout, probabilities: readonly number[]): Float32Array {
  return Float32Array.from(response.tokens, (token) => Math.log(probabilities[token]!));
}

/** Few votes, all trained on, a step size for three numbers. */
export const QUICK = {
  votesPerQuestion: 16,
  rolloutsPerQuestion: 16,
  warmupSteps: 0,
  learningRate: 0.1,
  seed: 1,
};

/** A study of the given prompts; `truths` by prompt. */
export function studyOf(prompts: readonly string[], truths: Readonly<Record<string, string>> = {}): Study {
  const questions = prompts.map((prompt) => ({ id: prompt, prompt }));
  return { questions, answerKey: new Map(Object.entries(truths)), task: "math" };
}

/** Prompts q0, q1, ... */
export const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `q${i}`);

/** Logits of a policy that answers each prompt with 7, 8 and 9 alike. */
export const uniform = (prompts: readonly string[]): Record<string, Logits> =>
  Object.fromEntries(prompts.map((prompt): [string, Logits] => [prompt, [0, 0, 0]]));

/** A step of the loop, measured. */
export interface MeasuredStep {
  readonly metrics: StepMetrics;
  readonly groups: readonly Group[];
  readonly state: LoopState;
}

/** Steps the loop with `QUICK` and the values from a state; controls that learn from the truth are granted it. */
export async function* steps(
  policy: ThreeNumberPolicy,
  study: Study,
  values: object,
  state?: LoopState,
): AsyncGenerator<MeasuredStep> {
  const config = configFrom({ ...QUICK, ...values });
  const method = methodOf(config);
  const rules = answerRules(study, config);
  const loop = { models: policy, set: study, method, truth: grantTruth(method, study) };
  for await (const { outcome, state: reached } of ttrl(loop, state ?? initialLoopState(config)))
    yield { metrics: measureStep(outcome, study.answerKey, rules), groups: outcome.groups, state: reached };
}

/** Trains the policy by the loop with `QUICK` and the values, and returns its steps. */
export async function train(
  policy: ThreeNumberPolicy,
  study: Study,
  values: object,
): Promise<MeasuredStep[]> {
  const all: MeasuredStep[] = [];
  for await (const step of steps(policy, study, values)) all.push(step);
  return all;
}

/** The responses of a group, by answer; null is a response without one. */
export function responsesOf(answers: readonly (string | null)[]): Response[] {
  return answers.map((answer) => say(answer === null ? "I give up" : `\\boxed{${answer}}`));
}

/** A sampled question; what is left out is empty. */
export function sampledOf(responses: readonly Response[], changes: Partial<Sampled> = {}): Sampled {
  const none = { others: [], greedy: null, costs: [], scores: [], initialVote: null };
  return { question: { id: "q", prompt: "q" }, responses, voters: responses.length, ...none, ...changes };
}

/** Votes, rewards and advantages of sampled questions under a configuration. */
export function judge(
  sampled: readonly Sampled[],
  values: object,
  rules: AnswerRules = MATH,
  sources: Partial<RewardSources> = {},
): JudgedStep {
  const method = methodOf(configFrom({ ...values }));
  const all = { rules, truth: null, random: createRandom(0), ...sources };
  const voted = sampled.map((question) => vote(question, rules, method.abstains));
  return advantage(
    voted.map((question) => reward(question, method, all)),
    rules,
    method,
  );
}

/** Advantages of token rewards [question][K][T] by the estimator of a configuration. */
export function estimate(
  rewards: TokenTable,
  values: object,
  {
    greedyRewards = [],
    scores = [],
  }: { readonly greedyRewards?: readonly number[]; readonly scores?: TokenTable } = {},
): Float64Array[][] {
  const groups = rewards.map((_, question) => ({
    greedyReward: greedyRewards[question] ?? null,
    scores: scores[question] ?? [],
  })) as unknown as Rewarded[]; // all that the estimators without labels read
  const input = { groups, tokenRewards: () => [], rules: MATH };
  return methodOf(configFrom({ ...values })).estimator.advantages(rewards, input);
}
