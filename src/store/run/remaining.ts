/** How long a run will still take, judged by its latest steps. */
import { mean } from "../../math/stats.ts";
import type { TtrlConfig } from "../../rl/ttrlConfig.ts";
import type { RunRecord } from "./run.ts";

/** Steps the estimate looks back: few, because responses grow shorter as the policy learns. */
const WINDOW = 5;

/** Seconds left, evaluations included; null before the first step. */
export function remainingSeconds(record: RunRecord): number | null {
  const recent = record.steps.slice(-WINDOW).map(({ timing }) => timing);
  if (recent.length === 0) return null;
  const { config } = record.setup;
  const perStep = mean(recent.map((timing) => timing.sampleSeconds + timing.trainSeconds));
  const speed = mean(recent.map((timing) => timing.sampleTokensPerSecond));
  const evaluationSeconds = speed > 0 ? evaluationTokens(record) / speed : 0;
  return (config.steps - record.steps.length) * perStep + evaluationSeconds;
}

/** Tokens the evaluations still due will sample, if their responses are as long as in the last one. */
function evaluationTokens({ evaluations, setup }: RunRecord): number {
  const last = evaluations.at(-1);
  if (last === undefined) return 0;
  const responses = last.samples * last.questions.length;
  const perResponse = responses === 0 ? 0 : last.sampledTokens / responses;
  const samples = samplesDue(last.step, setup.config);
  return samples * last.questions.length * perResponse;
}

/** Responses per question of all evaluations after step `evaluated`; the last one takes more samples. */
function samplesDue(evaluated: number, config: TtrlConfig): number {
  const { steps, evaluateEvery, evaluationSamples, initialSamples } = config;
  if (evaluated >= steps) return 0;
  const between = Math.floor((steps - 1) / evaluateEvery) - Math.floor(evaluated / evaluateEvery);
  return between * evaluationSamples + initialSamples;
}
