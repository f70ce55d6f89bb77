/** What came of a run or an evaluation, as plain JSON: the line on standard output. */
import { bootstrapInterval, sum } from "../src/math/stats.ts";
import { byLevel, type Evaluation, type QuestionScore } from "../src/rl/metrics.ts";
import type { Entry } from "./journal.ts";

type Interval = readonly [number, number] | null;

/** 95% bootstrap intervals over questions, of the questions whose answer is known. */
export function intervals(questions: readonly QuestionScore[]): {
  passAt1Interval: Interval;
  majAtNInterval: Interval;
} {
  const known = (pick: (score: QuestionScore) => number | null): number[] =>
    questions.map(pick).filter((value) => value !== null);
  const interval = (values: readonly number[]): Interval =>
    values.length === 0 ? null : bootstrapInterval(values);
  return {
    passAt1Interval: interval(known(({ passAt1 }) => passAt1)),
    majAtNInterval: interval(known(({ majority }) => majority)),
  };
}

/** One evaluation in short. */
export function outcome(evaluation: Evaluation) {
  const { passAt1, majAtN, samples, questions } = evaluation;
  return { passAt1, majAtN, ...intervals(questions), samples, questions: questions.length };
}

/** One evaluation in full, questions by level instead of one by one. */
export function evaluationReport(evaluation: Evaluation) {
  const { questions, passAt1, majAtN, passAtN, ...rest } = evaluation;
  return {
    questions: questions.length,
    passAt1,
    majAtN,
    passAtN,
    ...intervals(questions),
    ...rest,
    byLevel: byLevel(evaluation).map((row) => ({
      ...row,
      ...intervals(questions.filter(({ level }) => level === row.level)),
    })),
  };
}

/** A run in short: the data set it learned from before and after, and the others that it was measured by. */
export function runSummary(
  entries: readonly Entry[],
  dataset: string,
  others: readonly string[],
  steps: number,
) {
  const at = (name: string, step: number) => {
    const found = entries.find(
      ({ metrics }) => metrics.type === "evaluation" && metrics.dataset === name && metrics.step === step,
    );
    return found?.metrics.type === "evaluation" ? outcome(found.metrics) : null;
  };
  return {
    steps: entries.filter(({ metrics }) => metrics.type === "step").length,
    /** Response tokens sampled, evaluations included. */
    tokens: sum(entries.map(({ metrics }) => metrics.sampledTokens)),
    seconds: Math.round(10 * sum(entries.map(({ timing }) => timing.seconds))) / 10,
    base: at(dataset, 0),
    final: at(dataset, steps),
    evals: Object.fromEntries(others.map((name) => [name, { base: at(name, 0), final: at(name, steps) }])),
  };
}

export type RunSummary = ReturnType<typeof runSummary>;
