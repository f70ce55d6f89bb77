/** Finished cells on disk -> what the result of an experiment holds of them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ResultCell } from "../../src/experiments/result.ts";
import { momentOf, resultCell } from "../../src/experiments/resultCell.ts";
import { sum } from "../../src/math/stats.ts";
import type { Evaluation, QuestionScore } from "../../src/rl/metrics/metrics.ts";
import type { Metrics } from "../runs/journal.ts";
import { cellFolder, readRecord, type CellRecord, type Unit } from "./cell.ts";
import { readRecordedRun } from "./recordedRun.ts";

/** A unit whose cells are all finished, and the records of these. */
export interface Collected {
  readonly cell: ResultCell;
  readonly records: readonly CellRecord[];
  /** Backend and device of the run. */
  readonly backend: string;
}

/** Reads a unit whose cells are all finished. */
export function collectUnit(out: string, { variant, seed, run, evaluations }: Unit): Collected {
  const folder = cellFolder(out, run);
  const lines = readLines(join(folder, "metrics.jsonl"));
  const steps = lines.filter((line) => line.type === "step");
  const own = lines
    .filter((line) => line.type === "evaluation")
    .map((evaluation) => ({
      at: momentOf(evaluation.step, steps.length),
      dataset: run.dataset.name,
      evaluation,
    }));
  const others = evaluations.map(({ at, cell }) => ({
    at,
    dataset: cell.dataset.name,
    evaluation: readEvaluation(join(cellFolder(out, cell), "evaluation.json")),
  }));
  const folders = [folder, ...evaluations.map(({ cell }) => cellFolder(out, cell))];
  const records = folders.map(readRecord).filter((record) => record !== null);
  const cell = resultCell({
    variant: variant.name,
    seed,
    steps,
    evaluations: [...own, ...others],
    seconds: sum(records.map(({ seconds }) => seconds)),
    commit: [...new Set(records.map(({ commit }) => commit))].join(" "),
  });
  const { backend, device } = readRecordedRun(folder).backend;
  return { cell, records, backend: `${backend} (${device})` };
}

function readLines(path: string): Metrics[] {
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Metrics); // as this program wrote them
}

/** The line of `ttrl eval --each`, as the evaluation that it tells of. */
function readEvaluation(path: string): Evaluation {
  const line = JSON.parse(readFileSync(path, "utf8")) as Evaluation & { each: QuestionScore[] }; // as this program wrote it
  return { ...line, questions: line.each };
}
