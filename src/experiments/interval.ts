/** Confidence intervals of means over questions and seeds. */
import { at } from "../math/at.ts";
import { createRandom } from "../math/random.ts";
import { mean } from "../math/stats.ts";

const DRAWS = 2000;

/**
 * Returns the 95% two-level bootstrap interval of the mean of values [S seeds, questions], from 2000 resamples. Each draws
 * questions with replacement, the same ones for all seeds, then seeds; the deviation of the seeds' mean is multiplied by
 * sqrt(S / (S - 1)) to correct for drawing S of S. A single seed gives the interval over questions only.
 */
export function twoLevelInterval(values: readonly (readonly number[])[]): readonly [number, number] {
  const questions = values[0]?.length ?? 0;
  if (questions === 0 || values.some((row) => row.length !== questions)) {
    throw new RangeError("every seed needs the same questions, at least one");
  }
  const random = createRandom(42);
  const widening = values.length > 1 ? Math.sqrt(values.length / (values.length - 1)) : 0;
  const draws = new Float64Array(DRAWS).map(() => {
    const means = meansOfDraw(values, questions, () => random.integer(0, questions - 1));
    const centre = mean(means);
    const drawn = mean(means.map(() => random.choice(means)));
    return centre + widening * (drawn - centre);
  });
  draws.sort();
  const quantile = (share: number): number => at(draws, Math.round(share * (DRAWS - 1)));
  return [quantile(0.025), quantile(0.975)];
}

/** Returns each seed's mean over the drawn questions. */
function meansOfDraw(
  values: readonly (readonly number[])[],
  questions: number,
  draw: () => number,
): number[] {
  const times = new Uint16Array(questions);
  for (let i = 0; i < questions; i++) {
    const q = draw();
    times[q] = (times[q] ?? 0) + 1;
  }
  return values.map((row) => {
    let total = 0;
    for (let q = 0; q < questions; q++) total += (row[q] ?? 0) * (times[q] ?? 0);
    return total / questions;
  });
}
