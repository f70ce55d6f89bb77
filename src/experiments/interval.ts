/** Confidence interval of a mean over questions and seeds. */
import { at } from "../math/at.ts";
import { mean, standardDeviation, studentT, sum } from "../math/stats.ts";

/**
 * Returns the 95% interval of the mean of values [S seeds, Q questions], all seeds on the same questions: the squares of two
 * half widths added (MOVER; Zou and Donner, Stat. Med. 27, 2008). One is Student's over seeds, the other Student's over
 * questions with the component of questions in a two-way random-effects analysis of variance, without the residual, which
 * the seeds' means contain already. A single seed gives Student's interval over questions only.
 */
export function crossedInterval(values: readonly (readonly number[])[]): readonly [number, number] {
  const [seeds, questions] = [values.length, values[0]?.length ?? 0];
  if (questions === 0 || values.some((row) => row.length !== questions)) {
    throw new RangeError("every seed needs the same questions, at least one");
  }
  const ofSeeds = values.map(mean);
  const ofQuestions = at(values, 0).map((_, q) => mean(values.map((row) => at(row, q))));
  const [bySeed, byQuestion] = [variance(ofSeeds), variance(ofQuestions)];
  const centre = mean(ofSeeds);
  const half = Math.hypot(
    seeds > 1 ? studentT(seeds - 1) * Math.sqrt(bySeed / seeds) : 0,
    questions > 1 ? studentT(questions - 1) * Math.sqrt(componentOfQuestions() / questions) : 0,
  );
  return [centre - half, centre + half];

  function componentOfQuestions(): number {
    if (seeds === 1) return byQuestion;
    const deviations = values.flatMap((row, s) =>
      row.map((value, q) => value - at(ofSeeds, s) - at(ofQuestions, q) + mean(ofSeeds)),
    );
    const residual = sum(deviations.map((one) => one ** 2)) / ((seeds - 1) * (questions - 1));
    return Math.max(0, byQuestion - residual / seeds);
  }
}

function variance(values: readonly number[]): number {
  return standardDeviation(values) ** 2;
}
