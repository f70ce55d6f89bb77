/**
 * Test-Time Reinforcement Learning (arXiv 2504.16084), read top to bottom: sample, vote, reward, update, repeat.
 * This file sees no truth: the answer key is only handed on to `measureStep`.
 */
import { createRandom, restoreRandom, type Random, type RandomState } from "../math/random.ts";
import { answerRules } from "./answer.ts";
import { learningRateAt, type TtrlConfig } from "./config.ts";
import { watchFlips, type FlipWatch } from "./earlyStop.ts";
import { initialVotes, type InitialVotes } from "./initialLabels.ts";
import { judgeStep, type Judged } from "./judge.ts";
import { rememberLabels, type LabelHistory } from "./labelHistory.ts";
import type { LeakedLabels } from "./labels.ts";
import { trustIn } from "./labelWeights.ts";
import { movesWithoutAdvantage, updateOptions } from "./loss.ts";
import { measureStep } from "./measure.ts";
import type { StepMetrics, StepTiming } from "./metrics.ts";
import type { Models } from "./models.ts";
import type { OnProgress, Policy, UpdateStats } from "./policy.ts";
import { carriesSignal, keptRollouts } from "./rollouts.ts";
import { sampleStep } from "./sampleStep.ts";
import { teacherDecayAt } from "./teacher.ts";
import type { Answer, AnswerKey, Group, Question, Task } from "./types.ts";

/** What a run learns from. The answer key serves the metrics alone. */
export interface Study {
  readonly questions: readonly Question[];
  readonly answerKey: AnswerKey;
  readonly task: Task;
}

/** Where the loop stands: everything it needs, beside the models, to continue exactly. */
export interface LoopState extends FlipWatch {
  /** Steps done. */
  readonly step: number;
  /** Indices of the questions still to come in this epoch. */
  readonly queue: readonly number[];
  readonly random: RandomState;
  /** The pseudo-labels of the steps so far, for the flip rate alone. */
  readonly labels: LabelHistory;
  /** What the initial model voted for, by index of the question; only where it is asked for. */
  readonly initialLabels?: readonly Answer[];
  /** The majority ratios of these votes. */
  readonly initialRatios?: readonly number[];
}

/** Streams of one seed from here on are labels': whatever draws them, the loop asks and samples the same. */
const LABEL_STREAM = 1 << 21;

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
  return { step: 0, queue: [], random: createRandom(config.seed).state(), labels: [] };
}

/**
 * The loop. Yields after every step; not asking for the next one pauses it, and the watch's signal stops it inside a
 * step. Continues from `state`, which must be the state of the models passed in. `leaked` is truth to learn from, for the
 * labels that are made of it.
 */
export async function* ttrl(
  models: Models,
  study: Study,
  config: TtrlConfig,
  state: LoopState,
  watch: Watch = {},
  leaked: LeakedLabels | null = null,
): AsyncGenerator<Step> {
  const { policy } = models;
  const rules = answerRules(study, config);
  const random = restoreRandom(state.random);
  const frozen = await initialVotes(policy, study, config, state, watch);
  let { queue, labels } = state;
  let flips: FlipWatch = state;
  for (let step = state.step + 1; step <= config.steps; step++) {
    const drawn = drawQuestions(study.questions.length, queue, config.questionsPerStep, random);
    queue = drawn.queue;
    const questions = drawn.indices.map((index) => at(study.questions, index));

    const reported = { signal: watch.signal, onProgress: report(watch, "sample") };
    const sampling = await timed(() => sampleStep(models, { questions, rules }, config, random, reported));
    const asked = questions.map((question, i) => ({
      question,
      ...at(sampling.value, i),
      ...beliefsOf(at(drawn.indices, i), frozen, config),
    }));
    const labelling = { leaked, random: createRandom(config.seed, LABEL_STREAM + step) };
    const { groups, advantages } = judgeStep(asked, rules, config, labelling);
    const learningRate = learningRateAt(step, config);
    const training = await timed(() => train(policy, { groups, advantages }, config, learningRate, watch));
    if (config.teacherShare > 0) await (await models.follower()).follow(teacherDecayAt(step, config));

    const outcome = { step, groups, labels, learningRate, update: training.value, config };
    const metrics = measureStep(outcome, study.answerKey, rules);
    const timing = timingOf(metrics, sampling.seconds, training.seconds);
    labels = rememberLabels(labels, groups);
    flips = watchFlips(flips, metrics.flipRate ?? null, config);
    const reached = { step, queue, random: random.state(), labels, ...frozen, ...flips };
    yield { metrics, timing, groups, state: reached };
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

/** What the initial model's votes say of a question: its label, and how far it is trusted. */
function beliefsOf(index: number, { initialLabels, initialRatios }: InitialVotes, config: TtrlConfig) {
  const isEqual = config.questionTrust === "equal";
  return {
    initialLabel: initialLabels?.[index] ?? null,
    trust: isEqual ? 1 : trustIn(at(initialRatios ?? [], index), config),
  };
}

/** `updatesPerStep` optimizer steps over the groups' kept responses; null when no response carries a signal. */
async function train(
  policy: Policy,
  { groups, advantages }: Judged,
  config: TtrlConfig,
  learningRate: number,
  watch: Watch,
): Promise<UpdateStats | null> {
  const updates: UpdateStats[] = [];
  const options = updateOptions(config, learningRate);
  const count = Math.min(config.updatesPerStep, groups.length); // a group is never split
  for (let i = 0; i < count; i++) {
    const [first, end] = [i, i + 1].map((part) => Math.floor((part * groups.length) / count));
    const kept = keptRollouts(groups.slice(first, end), advantages.slice(first, end), config);
    // Responses without advantage move nothing unless the loss has other terms, but they count in its mean.
    const rollouts = movesWithoutAdvantage(options) ? kept : kept.filter(carriesSignal);
    if (rollouts.length === 0) continue;
    updates.push(await policy.update(rollouts, options, watch.signal, report(watch, "train")));
  }
  return updates.length === 0 ? null : combine(updates);
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
