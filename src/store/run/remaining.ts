/** Estimate of a run's remaining time. */
import { mean } from "../../math/stats.ts";
import type { TtrlConfig } from "../../rl/ttrlConfig.ts";
import type { RunRecord } from "./record.ts";

/** Number of latest steps averaged: few, because responses get shorter as the policy learns. */
const WINDOW = 5;

/** Returns the seconds left, evaluations included, or null before the first step. */
export function remainingSeconds({ steps, evaluations, setup: { config } }: RunRecord): number | null {
  const recent = steps.slice(-WINDOW).map(({ timing }) => timing);
  if (recent.length === 0) return null;
  const perStep = mean(recent.map((timing) => timing.sampleSeconds + timing.trainSeconds));
  const speed = mean(recent.map((timing) => timing.sampleTokensPerSecond));
  const evaluationSeconds = speed > 0 ? evaluationTokens(evaluations, config) / speed : 0;
  return (config.steps - steps.length) * perStep + evaluationSeconds;
}

type Schedule = Pick<TtrlConfig, "steps" | "evaluateEvery" | "evaluationSamples" | "initialSamples">;

/** Returns the tokens the remaining evaluations will sample if responses stay as long as in the last one. */
function evaluationTokens(evaluations: RunRecord["evaluations"], schedule: Schedule): number {
  const last = evaluations.at(-1);
  if (last === undefined) return 0;
  const responses = last.samples * last.questions.length;
  const perResponse = responses === 0 ? 0 : last.sampledTokens / responses;
  return samplesDue(last.step, schedule) * last.questions.length * perResponse;
}

/** Returns the responses per question of all evaluations after step `evaluated`; the final one takes more samples. */
function samplesDue(
  evaluated: number,
  { steps, evaluateEvery, evaluationSamples, initialSamples }: Schedule,
): number {
  if (evaluated >= steps) return 0;
  const between = Math.floor((steps - 1) / evaluateEvery) - Math.floor(evaluated / evaluateEvery);
  return between * evaluationSamples + initialSamples;
}
