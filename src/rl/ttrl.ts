/**
 * Test-Time Reinforcement Learning (arXiv 2504.16084), read top to bottom: sample, vote, reward, update, repeat.
 * This file sees no truth: the answer key is only handed on to `measureStep`.
 */
import { createRandom, restoreRandom, type Random, type RandomState } from "../math/random.ts";
import { groupAdvantages } from "./advantage.ts";
import { extractAnswer } from "./answer.ts";
import { learningRateAt, type TtrlConfig } from "./config.ts";
import { measureStep } from "./measure.ts";
import type { StepMetrics, StepTiming } from "./metrics.ts";
import type { OnProgress, Policy, UpdateStats } from "./policy.ts";
import { rewardFor } from "./reward.ts";
import type { AnswerKey, Group, Question, Response, Rollout, Task } from "./types.ts";
import { majorityVote } from "./vote.ts";

/** What a run learns from. The answer key serves the metrics alone. */
export interface Study {
  readonly questions: readonly Question[];
  readonly answerKey: AnswerKey;
  readonly task: Task;
}

/** Where the loop stands: everything it needs, beside the policy, to continue exactly. */
export interface LoopState {
  /** Steps done. */
  readonly step: number;
  /** Indices of the questions still to come in this epoch. */
  readonly queue: readonly number[];
  readonly random: RandomState;
}

/** One step's outcome. */
export interface Step {
  readonly metrics: StepMetrics;
  readonly timing: StepTiming;
  readonly groups: readonly Group[];
  /** The state after the step. */
  readonly state: LoopState;
}

/** How a caller watches and stops the loop. */
export interface Watch {
  readonly signal?: AbortSignal;
  readonly onProgress?: (phase: "sample" | "train" | "evaluate", done: number, total: number) => void;
}

/** The state before the first step. */
export function initialLoopState(config: TtrlConfig): LoopState {
  return { step: 0, queue: [], random: createRandom(config.seed).state() };
}

/**
 * The loop. Yields after every step; not asking for the next one pauses it, and the watch's signal stops it inside a
 * step. Continues from `state`, which must be the state of the policy passed in.
 */
export async function* ttrl(
  policy: Policy,
  study: Study,
  config: TtrlConfig,
  state: LoopState,
  watch: Watch = {},
): AsyncGenerator<Step> {
  const random = restoreRandom(state.random);
  let queue = state.queue;
  for (let step = state.step + 1; step <= config.steps; step++) {
    const drawn = drawQuestions(study.questions.length, queue, config.questionsPerStep, random);
    queue = drawn.queue;
    const questions = drawn.indices.map((index) => at(study.questions, index));

    const sampling = await timed(() => sampleVotes(policy, questions, config, random, watch));
    const groups = questions.map((question, i) => judge(question, at(sampling.value, i), study.task, config));
    const learningRate = learningRateAt(step, config);
    const training = await timed(() => train(policy, groups, config, learningRate, watch));

    const metrics = measureStep(step, groups, training.value, learningRate, study.answerKey, study.task);
    const timing = timingOf(metrics, sampling.seconds, training.seconds);
    yield { metrics, timing, groups, state: { step, queue, random: random.state() } };
  }
}

/** The next questions. Each epoch asks every question once, in an order of its own. */
function drawQuestions(count: number, queue: readonly number[], wanted: number, random: Random) {
  const size = Math.min(wanted, count);
  const indices = queue.slice(0, size);
  if (indices.length === size) return { indices, queue: queue.slice(size) };
  const epoch = random.shuffle([...Array(count).keys()]);
  // A question already drawn in this step waits till the epoch's end, so that no step holds a question twice.
  const drawn = new Set(indices);
  const next = [...epoch.filter((index) => !drawn.has(index)), ...indices];
  const missing = size - indices.length;
  return { indices: [...indices, ...next.slice(0, missing)], queue: next.slice(missing) };
}

/** `votesPerQuestion` responses to each question from the current policy. */
function sampleVotes(
  policy: Policy,
  questions: readonly Question[],
  config: TtrlConfig,
  random: Random,
  watch: Watch,
): Promise<Response[][]> {
  const requests = questions.map(({ prompt }) => ({ prompt, seed: random.integer(0, 2 ** 31 - 1) }));
  const { votesPerQuestion: count, temperature, topP, maxResponseTokens } = config;
  return policy.sample(
    requests,
    { count, temperature, topP, maxResponseTokens },
    watch.signal,
    report(watch, "sample"),
  );
}

/** Responses of one question -> answers, vote, rewards and advantages. */
function judge(question: Question, responses: readonly Response[], task: Task, config: TtrlConfig): Group {
  const answers = responses.map((response) => extractAnswer(response.text, task)); // null keeps its place
  const vote = majorityVote(answers);
  const rewards = answers.map((answer) => rewardFor(answer, vote.pseudoLabel));
  // TTRL votes with many and trains on some: the first ones, which is as good as random (section 3.1).
  const advantages = groupAdvantages(rewards.slice(0, config.rolloutsPerQuestion), config.advantage);
  return { question, responses, answers, vote, rewards, advantages };
}

/** `updatesPerStep` optimizer steps over the groups' kept responses; null when no response carries a signal. */
async function train(
  policy: Policy,
  groups: readonly Group[],
  config: TtrlConfig,
  learningRate: number,
  watch: Watch,
): Promise<UpdateStats | null> {
  const updates: UpdateStats[] = [];
  const count = Math.min(config.updatesPerStep, groups.length); // a group is never split
  for (let i = 0; i < count; i++) {
    const [first, end] = [i, i + 1].map((part) => Math.floor((part * groups.length) / count));
    const kept = keptRollouts(groups.slice(first, end));
    // Responses without advantage move nothing unless KL pulls on them, but they count in the token mean.
    const rollouts = config.klCoefficient > 0 ? kept : kept.filter(carriesSignal);
    if (rollouts.length === 0) continue;
    const options = { ...config, ...plainLoss(config), learningRate };
    updates.push(await policy.update(rollouts, options, watch.signal, report(watch, "train")));
  }
  return updates.length === 0 ? null : combine(updates);
}

/** The groups' kept responses; each token has the advantage of its response and the same weight: a token mean. */
function keptRollouts(groups: readonly Group[]): Rollout[] {
  const kept = groups.flatMap(({ question, responses, advantages }) =>
    advantages.map((advantage, i) => ({ prompt: question.prompt, response: at(responses, i), advantage })),
  );
  const weight = 1 / kept.reduce((tokens, { response }) => tokens + response.tokens.length, 0);
  return kept.map(({ prompt, response, advantage }) => {
    const advantages = new Float32Array(response.tokens.length).fill(advantage);
    return { prompt, response, advantages, weight };
  });
}

function carriesSignal({ advantages }: Rollout): boolean {
  return advantages.some((advantage) => advantage !== 0);
}

/** PPO's loss with equal clip bounds and nothing else. */
function plainLoss({ clipRange }: TtrlConfig) {
  const bounds = { clipLow: clipRange, clipHigh: clipRange, dualClip: Infinity };
  return { ...bounds, klEstimator: "k3", entropyCoefficient: 0 } as const;
}

/** Statistics of several updates as one: token-weighted means, the largest gap, all tokens. */
function combine(updates: readonly UpdateStats[]): UpdateStats {
  const tokens = updates.reduce((total, update) => total + update.tokens, 0);
  const weighted = (pick: (update: UpdateStats) => number): number =>
    updates.reduce((total, update) => total + (pick(update) * update.tokens) / tokens, 0);
  return {
    loss: weighted((update) => update.loss),
    gradientNorm: weighted((update) => update.gradientNorm),
    clipFraction: weighted((update) => update.clipFraction),
    clipFractionLow: weighted((update) => update.clipFractionLow),
    entropy: weighted((update) => update.entropy),
    kl: updates.some((update) => update.kl === null) ? null : weighted((update) => update.kl ?? 0),
    // Only the first update trains on the policy that sampled; later gaps are the policy's movement.
    logprobGap: at(updates, 0).logprobGap,
    tokens,
  };
}

function timingOf(metrics: StepMetrics, sampleSeconds: number, trainSeconds: number): StepTiming {
  return {
    sampleSeconds,
    trainSeconds,
    sampleTokensPerSecond: metrics.sampledTokens / sampleSeconds,
    trainTokensPerSecond: metrics.trainedTokens / trainSeconds,
  };
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; seconds: number }> {
  const start = performance.now();
  const value = await work();
  return { value, seconds: Math.max(performance.now() - start, 1) / 1000 };
}

function report(watch: Watch, phase: "sample" | "train"): OnProgress {
  return (done, total) => watch.onProgress?.(phase, done, total);
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new Error(`no element ${index} in a list of ${items.length}`);
  return item;
}
