/** Summaries of evaluations, with confidence intervals. */
import { bootstrapInterval } from "../math/stats.ts";
import { byLevel, type Evaluation, type QuestionScore } from "../rl/metrics/metrics.ts";

/** 95% bootstrap interval over questions; null where no answer is known. */
export type Interval = readonly [number, number] | null;

/** Intervals over the questions whose answer is known. */
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
