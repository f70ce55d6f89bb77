/**
 * Test-Time Reinforcement Learning (arXiv 2504.16084), read top to bottom: sample, vote, reward, update, repeat.
 * This file sees no truth: the answer key is only handed on to `measureStep`.
 */
import { createRandom, restoreRandom, type Random } from "../math/random.ts";
import { sum } from "../math/stats.ts";
import { answerRules } from "./answer.ts";
import { companionTurn } from "./companions/companions.ts";
import type { TtrlConfig } from "./ttrlConfig.ts";
import { watchFlips, type FlipWatch } from "./variants/earlyStop.ts";
import { initialVotes, type InitialVotes } from "./variants/initialLabels.ts";
import { judgeStep } from "./judge.ts";
import { rememberLabels } from "./variants/labelHistory.ts";
import type { LeakedLabels } from "./variants/labels.ts";
import type { LoopState } from "./loopState.ts";
import { trustIn } from "./variants/labelWeights.ts";
import { measureStep } from "./metrics/measure.ts";
import type { StepMetrics, StepTiming } from "./metrics/metrics.ts";
import type { Models } from "./contracts/models.ts";
import { sampleStep, type Sampled } from "./sampleStep.ts";
import { trainStep } from "./trainStep.ts";
import type { Group, Study } from "./contracts/types.ts";
import type { Watch } from "./contracts/watch.ts";

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
  const rules = answerRules(study, config);
  const random = restoreRandom(state.random);
  const { tokens: initialTokens, ...frozen } = await initialVotes(models.policy, study, config, state, watch);
  let { queue, labels } = state;
  let flips: FlipWatch = state;
  for (let step = state.step + 1; step <= config.steps; step++) {
    const drawn = drawQuestions(study.questions.length, queue, config, random);
    queue = drawn.queue;
    const questions = drawn.indices.map((index) => at(study.questions, index));

    const sampling = await timed(() => sampleAndScore(models, { questions, rules }, config, random, watch));
    const { sampled, companion } = sampling.value;
    const asked = questions.map((question, i) => ({
      question,
      ...at(sampled, i),
      scores: companion?.scores[i] ?? [],
      ...beliefsOf(at(drawn.indices, i), frozen, config),
    }));
    const labelling = { leaked, random: createRandom(config.seed, LABEL_STREAM + step) };
    const { value: judged, ...judging } = await timed(() => judgeStep(asked, rules, config, labelling));
    const trainees = { models, companion };
    const training = await timed(() => trainStep(trainees, judged, config, step, during(watch, "train")));

    const { groups } = judged;
    const besideTokens = greedyTokens(sampled) + (step === 1 ? initialTokens : 0);
    const outcome = { step, groups, labels, ...training.value, config, besideTokens };
    const metrics = measureStep(outcome, study.answerKey, rules);
    const timing = timingOf(metrics, { sampling, judging, training });
    labels = rememberLabels(labels, groups);
    flips = watchFlips(flips, metrics.flipRate ?? null, config);
    const reached = { step, queue, random: random.state(), labels, ...frozen, ...flips };
    yield { metrics, timing, groups, state: reached };
  }
}

/** The next questions. Each epoch asks every question once, in an order of its own; it may drop what fills no step. */
function drawQuestions(count: number, queue: readonly number[], config: TtrlConfig, random: Random) {
  const size = Math.min(config.questionsPerStep, count);
  if (queue.length >= size) return { indices: queue.slice(0, size), queue: queue.slice(size) };
  const indices = config.epochRest === "kept" ? queue : [];
  const epoch = random.shuffle([...Array(count).keys()]);
  // A question already drawn in this step waits till the epoch's end, so that no step holds a question twice.
  const drawn = new Set(indices);
  const next = [...epoch.filter((index) => !drawn.has(index)), ...indices];
  const missing = size - indices.length;
  return { indices: [...indices, ...next.slice(0, missing)], queue: next.slice(missing) };
}

/** Responses to the questions, and what a companion says of those kept, where the estimator has one. */
async function sampleAndScore(
  models: Models,
  asked: Parameters<typeof sampleStep>[1],
  config: TtrlConfig,
  random: Random,
  watch: Watch,
) {
  const sampled = await sampleStep(models, asked, config, random, during(watch, "sample"));
  const companion = await companionTurn(models, asked.questions, sampled, config, watch.signal);
  return { sampled, companion };
}

function greedyTokens(sampled: readonly Sampled[]): number {
  return sum(sampled.map(({ greedy }) => greedy?.tokens.length ?? 0));
}

/** What the initial model's votes say of a question: its label, and how far it is trusted. */
function beliefsOf(index: number, { initialLabels, initialRatios }: InitialVotes, config: TtrlConfig) {
  const { questionTrust, trustCentre: centre, questionTrustWidth: width } = config;
  return {
    initialLabel: initialLabels?.[index] ?? null,
    trust: questionTrust === "equal" ? 1 : trustIn(at(initialRatios ?? [], index), { centre, width }),
  };
}

interface Timed {
  readonly seconds: number;
}

function timingOf(
  { sampledTokens, trainedTokens, batchTokens = null }: StepMetrics,
  { sampling, judging, training }: Readonly<Record<"sampling" | "judging" | "training", Timed>>,
): StepTiming {
  const stepSeconds = sampling.seconds + judging.seconds + training.seconds;
  return {
    sampleSeconds: sampling.seconds,
    trainSeconds: training.seconds,
    sampleTokensPerSecond: sampledTokens / sampling.seconds,
    trainTokensPerSecond: trainedTokens / training.seconds,
    judgeSeconds: judging.seconds,
    stepSeconds,
    sampleMsPerToken: (1000 * sampling.seconds) / sampledTokens,
    trainMsPerToken: trainedTokens === 0 ? null : (1000 * training.seconds) / trainedTokens,
    batchTokensPerSecond: batchTokens === null ? null : batchTokens / stepSeconds,
  };
}

async function timed<T>(work: () => T | Promise<T>): Promise<{ value: T; seconds: number }> {
  const start = performance.now();
  const value = await work();
  return { value, seconds: Math.max(performance.now() - start, 1) / 1000 };
}

/** The watch of work in one phase. */
function during({ signal, onProgress }: Watch, phase: "sample" | "train") {
  return { signal, onProgress: (done: number, total: number) => onProgress?.(phase, done, total) };
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new Error(`no element ${index} in a list of ${items.length}`);
  return item;
}
