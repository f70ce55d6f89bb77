/** The summary of a run: one line of JSON on standard output. */
import { sum } from "../../src/math/stats.ts";
import { outcome } from "../../src/report/outcome.ts";
import { evaluationsOf, stepsOf, type Entry } from "./journal.ts";

/** Returns the outcome before and after the run, on its own data set and on the others. */
export function runSummary(
  entries: readonly Entry[],
  dataset: string,
  others: readonly string[],
  steps: number,
) {
  const at = (name: string, step: number) => {
    const found = evaluationsOf(entries, name).find((evaluation) => evaluation.step === step);
    return found === undefined ? null : outcome(found);
  };
  return {
    steps: stepsOf(entries).length,
    /** Response tokens sampled, evaluations included. */
    tokens: sum(entries.map(({ metrics }) => metrics.sampledTokens)),
    seconds: Math.round(10 * sum(entries.map(({ timing }) => timing.seconds))) / 10,
    base: at(dataset, 0),
    final: at(dataset, steps),
    evals: Object.fromEntries(others.map((name) => [name, { base: at(name, 0), final: at(name, steps) }])),
  };
}
