/** Converts the measurements of a run into a cell of a result. */
import { sum } from "../math/stats.ts";
import { byLevel, type Evaluation, type StepMetrics } from "../rl/metrics/metrics.ts";

import type { QuestionScores, ResultCell, ResultEvaluation } from "./result.ts";
import { STEP_VALUES, type StepValue } from "./values.ts";

/** `at`: "before", "during", "after" or the name of an initial vote. */
interface MeasuredEvaluation {
  readonly at: string;
  readonly dataset: string;
  readonly evaluation: Evaluation;
}

interface MeasuredRun {
  readonly variant: string;
  readonly seed: number;
  readonly steps: readonly StepMetrics[];
  readonly evaluations: readonly MeasuredEvaluation[];
  readonly seconds: number;
  /** Of the program that ran it. */
  readonly commit: string;
}

/** Returns the cell of a finished run. Throws if an evaluation has no ground truth. */
export function resultCell({ variant, seed, steps, evaluations, seconds, commit }: MeasuredRun): ResultCell {
  const curve = (name: StepValue) => steps.map((step) => rounded(step[name] ?? null));
  return {
    variant,
    seed,
    evaluations: evaluations.map(resultEvaluation),
    curves: Object.fromEntries(STEP_VALUES.map((name) => [name, curve(name)])),
    tokens: {
      sampled: sum(steps.map(({ sampledTokens }) => sampledTokens)),
      trained: sum(steps.map(({ trainedTokens }) => trainedTokens)),
      evaluated: sum(evaluations.map(({ evaluation }) => evaluation.sampledTokens)),
    },
    seconds: Math.round(seconds),
    commit,
  };
}

/** Names an evaluation of a run after `step` of `last` steps. */
export function momentOf(step: number, last: number): string {
  if (step === 0) return "before";
  return step === last ? "after" : "during";
}

function resultEvaluation({ at, dataset, evaluation }: MeasuredEvaluation): ResultEvaluation {
  const { step, samples, temperature, topP, passAt1, majAtN } = evaluation;
  if (passAt1 === null || majAtN === null) {
    throw new Error(`${dataset}: its answers are not known; experiments need data sets with answers`);
  }
  return {
    at,
    dataset,
    step,
    samples,
    temperature,
    topP,
    passAt1: fine(passAt1),
    majority: fine(majAtN),
    majorityRatio: fine(evaluation.majorityRatio),
    unansweredShare: fine(evaluation.unansweredShare),
    entropy: fine(evaluation.entropy),
    responseLength: fine(evaluation.responseLength),
    levels: Object.fromEntries(
      byLevel(evaluation).map((row) => [row.level, [fine(row.passAt1), fine(row.majAtN)] as const]),
    ),
    ...(at !== "during" && { questions: questionScores(evaluation) }),
  };
}

function questionScores({ questions, samples }: Evaluation): QuestionScores {
  const levels: [string, number][] = [];
  for (const { level } of questions) {
    if (level === null) continue;
    const last = levels.at(-1);
    if (last?.[0] === level) last[1] += 1;
    else levels.push([level, 1]);
  }
  return {
    right: questions.map(({ passAt1 }) => Math.round((passAt1 ?? 0) * samples)),
    majority: questions.map(({ majority }) => String(majority ?? 0)).join(""),
    levels,
  };
}

/** Rounds to four digits, enough for a chart. */
function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(4));
}

/** Rounds to six digits, enough for a table. */
function fine(value: number): number {
  return Number(value.toPrecision(6));
}
