/** The curves of a variant: means over seeds by step. */
import { mean, seedInterval } from "../math/stats.ts";
import type { Series } from "./experiment.ts";
import type { ResultCell } from "./result.ts";

/** Training steps averaged into one point. */
const SMOOTHING = 5;

/** One point of a curve. */
export interface Point {
  /** Training steps completed; the middle of the steps averaged. */
  readonly step: number;
  readonly mean: number;
  /** 95% over seeds (Student's t); null for a single seed. */
  readonly interval: readonly [number, number] | null;
}

/** Returns the means over the seeds of `cells`, by step; values of training steps are averaged over five steps first. */
export function pointsOf(cells: readonly ResultCell[], { of, metric }: Series): Point[] {
  const bySeed = cells.map((cell) =>
    of === "evaluations" ? evaluationPoints(cell, metric) : smoothed(stepPoints(cell, metric)),
  );
  const steps = [...new Set(bySeed.flatMap((points) => [...points.keys()]))].sort((a, b) => a - b);
  return steps.map((step) => {
    const values = bySeed.map((points) => points.get(step)).filter((value) => value !== undefined);
    return { step, mean: mean(values), interval: seedInterval(values) };
  });
}

/** The run's own evaluations, by step; those on other data sets and the initial votes are left out. */
function evaluationPoints({ evaluations }: ResultCell, metric: Series["metric"]): Map<number, number> {
  const dataset = evaluations.find(({ at }) => at === "before")?.dataset;
  const own = evaluations.filter(
    (found) => found.dataset === dataset && ["before", "during", "after"].includes(found.at),
  );
  return new Map(
    own.flatMap((found) =>
      metric in found ? [[found.step, found[metric as "passAt1" | "majority"]] as const] : [],
    ),
  );
}

function stepPoints({ curves }: ResultCell, metric: Series["metric"]): readonly (number | null)[] {
  return metric === "passAt1" || metric === "majority" ? [] : (curves[metric] ?? []);
}

function smoothed(values: readonly (number | null)[]): Map<number, number> {
  const points = new Map<number, number>();
  for (let start = 0; start + SMOOTHING <= values.length; start += SMOOTHING) {
    const known = values.slice(start, start + SMOOTHING).filter((value) => value !== null);
    if (known.length > 0) points.set(start + (SMOOTHING + 1) / 2, mean(known));
  }
  return points;
}
