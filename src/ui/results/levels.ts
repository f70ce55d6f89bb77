/** The initial and the latest evaluation by level, with confidence intervals. */
import { bootstrapInterval, mean } from "../../math/stats.ts";
import type { Evaluation } from "../../rl/metrics/metrics.ts";

/** A mean over questions with its 95% confidence interval. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

type Scores = Readonly<Record<"passAt1" | "majAtN", Estimate>>;

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
    return before === null || after === null
      ? []
      : [{ level, questions: after.questions, base: before, now: after }];
  });
}

function scoresOf({ questions }: Evaluation, level: string | null): (Scores & { questions: number }) | null {
  const scored = questions.filter((score) => level === null || score.level === level);
  const passAt1 = scored.flatMap((score) => score.passAt1 ?? []);
  if (passAt1.length === 0) return null;
  const majority = scored.flatMap((score) => score.majority ?? []);
  return { questions: passAt1.length, passAt1: estimate(passAt1), majAtN: estimate(majority) };
}

function estimate(values: readonly number[]): Estimate {
  const [low, high] = bootstrapInterval(values);
  return { mean: mean(values), low, high };
}
