/** Confidence intervals of means over questions and seeds. */
import { at } from "../math/at.ts";
import { createRandom } from "../math/random.ts";
import { mean } from "../math/stats.ts";

const DRAWS = 2000;

/**
 * 95% bootstrap interval of a mean over seeds and questions: `values[s][q]` is question q in the run of seed s. Both are
 * drawn anew, with replacement, in each of 2000 seeded draws: questions once for all seeds, which answer the same ones, then
 * seeds. The spread of the few seeds is widened by sqrt(S / (S - 1)), which is what drawing S of S loses of it. A single
 * seed gives the interval over questions alone.
 */
export function twoLevelInterval(values: readonly (readonly number[])[]): readonly [number, number] {
  const questions = values[0]?.length ?? 0;
  if (questions === 0 || values.some((row) => row.length !== questions)) {
    throw new RangeError("every seed needs the same questions, one or more");
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

/** The mean of each seed over questions drawn with replacement, the same for all. */
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
