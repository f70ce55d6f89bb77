/** Assembles what a step did, and the state after it. */
import { mean } from "../../math/stats.ts";
import type { Sampled, VariantMetrics } from "../contracts/hooks.ts";
import type { Method } from "../contracts/method.ts";
import type { PhaseSeconds, StepOutcome } from "../contracts/step.ts";
import type { Group } from "../contracts/types.ts";
import { flipRate, rememberLabels } from "./labelHistory.ts";
import type { LoopState } from "./loopState.ts";
import type { QuestionStream } from "./questionStream.ts";
import { greedyTokens } from "../sample.ts";
import type { Updated } from "../update.ts";

/** The parts of a step. */
interface StepParts {
  readonly step: number;
  readonly sampled: readonly Sampled[];
  readonly groups: readonly Group[];
  readonly updated: Updated;
  readonly seconds: PhaseSeconds;
}

/** Returns the outcome of a step that began in the state `before`. */
export function outcomeOf(
  { step, sampled, groups, updated, seconds }: StepParts,
  before: LoopState,
  stream: QuestionStream,
  method: Method,
): StepOutcome {
  const { learningRate, update, companion } = updated;
  return {
    ...{ step, groups, learningRate, update, seconds },
    flipRate: flipRate(before.labels, groups, stream.rules),
    variants: variantMetrics(groups, companion, method),
    extraTokens: greedyTokens(sampled) + stream.takeTokens(),
  };
}

/** Returns the state after a step. */
export function stateAfter(
  { step, groups, flipRate: rate }: StepOutcome,
  before: LoopState,
  stream: QuestionStream,
  { earlyStop }: Method,
): LoopState {
  const memory = earlyStop.remember(before.earlyStop ?? [], { flipRate: rate });
  const labels = rememberLabels(before.labels, groups);
  return { step, ...stream.state(), labels, ...(memory.length > 0 && { earlyStop: memory }) };
}

/** Metrics of all variants: what they measured, the means of what they noted of responses, and null elsewhere. */
function variantMetrics(groups: readonly Group[], companion: VariantMetrics, method: Method): VariantMetrics {
  const measured = method.measure.map((measure) => measure(groups));
  const noted = new Set(groups.flatMap(({ notes }) => Object.keys(notes ?? {})));
  const means = [...noted].map((name) => [name, meanNote(groups, name)] as const);
  const unmeasured = method.metricNames.map((name) => [name, null] as const);
  return Object.assign(
    Object.fromEntries(unmeasured),
    ...measured,
    Object.fromEntries(means),
    companion,
  ) as VariantMetrics; // of records alike
}

/** Returns the mean of what variants noted of responses under a name; null where they noted nothing. */
export function meanNote(groups: readonly Group[], name: string): number | null {
  const values = groups.flatMap(({ notes }) => notes?.[name] ?? []).filter((value) => value !== null);
  return values.length === 0 ? null : mean(values);
}

/** Returns a clock whose every call returns the seconds since the last one, at least 1 ms. */
export function startClock(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const seconds = Math.max(now - last, 1) / 1000;
    last = now;
    return seconds;
  };
}
