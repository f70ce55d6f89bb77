/**
 * The measurements of a run: `metrics.jsonl`, bit for bit the same whenever the run is repeated, and
 * `timing.jsonl`, the wall-clock times of the same lines.
 */
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { sum } from "../../src/math/stats.ts";
import { outcome } from "../../src/report/outcome.ts";
import type { StepRecord } from "../../src/report/record.ts";
import type { Evaluation, StepMetrics, StepTiming } from "../../src/rl/metrics/metrics.ts";
import { writeFile } from "../files/durable.ts";

/** A line of metrics.jsonl. */
export type Metrics = StepLine | EvaluationLine;

/** One step of the loop. */
type StepLine = { readonly type: "step" } & StepMetrics;

/** One evaluation on one data set. */
type EvaluationLine = { readonly type: "evaluation"; readonly dataset: string } & Evaluation;

/** A line of timing.jsonl. */
export type Timing = {
  /** All the time since the line before. */
  readonly seconds: number;
  /** Bytes of responses.jsonl.gz up to here, to which it is cut when the run continues from here. */
  readonly responseBytes: number;
} & (
  | ({ readonly type: "step"; readonly step: number } & StepTiming)
  | { readonly type: "evaluation"; readonly dataset: string; readonly step: number }
);

/** A measurement. */
export interface Entry {
  readonly metrics: Metrics;
  readonly timing: Timing;
}

/** The lines of a run, in memory and in its folder. */
export class Journal {
  readonly #folder: string;
  readonly #entries: Entry[];

  /** Writes the entries so far to both files, replacing lines after the checkpoint. */
  constructor(folder: string, entries: readonly Entry[]) {
    this.#folder = folder;
    this.#entries = [...entries];
    for (const part of ["metrics", "timing"] as const) {
      writeFile(
        this.#path(part),
        this.lines(part)
          .map((line) => `${line}\n`)
          .join(""),
      );
    }
  }

  #path(part: keyof Entry): string {
    return join(this.#folder, `${part}.jsonl`);
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    for (const part of ["metrics", "timing"] as const) {
      appendFileSync(this.#path(part), `${JSON.stringify(entry[part])}\n`);
    }
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  lines(part: keyof Entry): string[] {
    return this.#entries.map((entry) => JSON.stringify(entry[part]));
  }
}

/** The steps among the entries. */
export function stepsOf(entries: readonly Entry[]): StepRecord[] {
  return entries.flatMap(({ metrics, timing }) =>
    metrics.type === "step" && timing.type === "step" ? { metrics, timing } : [],
  );
}

/** The evaluations on one data set among the entries. */
export function evaluationsOf(entries: readonly Entry[], dataset: string): Evaluation[] {
  return entries.flatMap(({ metrics }) =>
    metrics.type === "evaluation" && metrics.dataset === dataset ? metrics : [],
  );
}

/** Entries from the lines of both files, as this program wrote them. */
export function parseEntries(metrics: readonly string[], timing: readonly string[]): Entry[] {
  return metrics.map((line, i) => ({
    metrics: JSON.parse(line) as Metrics, // a checkpoint's own lines, complete or absent
    timing: JSON.parse(timing[i] ?? "null") as Timing,
  }));
}

/** Returns the summary that a run prints: its outcome before and after, on its own data set and on the others. */
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
