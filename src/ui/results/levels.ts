/** The initial and the latest evaluation by level, with confidence intervals. */
import { bootstrapInterval, mean } from "../../math/stats.ts";
import type { Evaluation, QuestionScore } from "../../rl/metrics/metrics.ts";

/** A mean over questions with its 95% confidence interval. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

interface Scores {
  readonly passAt1: Estimate;
  readonly majAtN: Estimate;
}

export interface LevelResult {
  /** Null stands for all levels. */
  readonly level: string | null;
  readonly questions: number;
  readonly base: Scores;
  readonly now: Scores;
}

/** Returns a row for all questions and one per level, sorted by name; none without ground truth. */
export function levelResults(base: Evaluation, now: Evaluation): readonly LevelResult[] {
  const levels = [...new Set(base.questions.flatMap(({ level }) => level ?? []))].sort();
  return [null, ...levels].flatMap((level): LevelResult[] => {
    const before = scoresOf(base, level);
    const after = scoresOf(now, level);
    if (before === null || after === null) return [];
    return [{ level, questions: after.questions, base: before.scores, now: after.scores }];
  });
}

function scoresOf(
  evaluation: Evaluation,
  level: string | null,
): { questions: number; scores: Scores } | null {
  const scored = evaluation.questions.filter((score) => level === null || score.level === level);
  const passAt1 = known(scored, "passAt1");
  const majority = known(scored, "majority");
  if (passAt1.length === 0) return null;
  return {
    questions: passAt1.length,
    scores: { passAt1: estimate(passAt1), majAtN: estimate(majority) },
  };
}

function known(scores: readonly QuestionScore[], name: "passAt1" | "majority"): number[] {
  return scores.flatMap((score) => score[name] ?? []);
}

function estimate(values: readonly number[]): Estimate {
  const [low, high] = bootstrapInterval(values);
  return { mean: mean(values), low, high };
}
