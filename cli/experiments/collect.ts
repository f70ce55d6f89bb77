/** Finished cells on disk -> what the result of an experiment holds of them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { StepValue } from "../../src/experiments/experiment.ts";
import type { QuestionScores, ResultCell, ResultEvaluation } from "../../src/experiments/result.ts";
import { sum } from "../../src/math/stats.ts";
import { byLevel, type Evaluation, type QuestionScore } from "../../src/rl/metrics.ts";
import { InputError } from "../inputError.ts";
import type { Metrics } from "../journal.ts";
import { readRunFile } from "../runFile.ts";
import { cellFolder, readRecord, type CellRecord, type Unit } from "./cell.ts";

/** Curves that every result keeps. */
const CURVES: readonly StepValue[] = [
  "labelAccuracy",
  "rewardAccuracy",
  "groundTruthRatio",
  "majorityRatio",
  "reward",
  "entropy",
  "responseLength",
  "flipRate",
];

/** A unit whose cells are all finished, and the records of these. */
export interface Collected {
  readonly cell: ResultCell;
  readonly records: readonly CellRecord[];
  /** What computed the run, in words. */
  readonly backend: string;
}

/** Reads a unit whose cells are all finished. */
export function collectUnit(out: string, { variant, seed, run, evaluations }: Unit): Collected {
  const folder = cellFolder(out, run);
  const lines = readLines(join(folder, "metrics.jsonl"));
  const steps = lines.filter((line) => line.type === "step");
  const own = lines
    .filter((line) => line.type === "evaluation")
    .map((line) => ({ at: momentOf(line.step, steps.length), dataset: run.dataset.name, found: line }));
  const others = evaluations.map(({ at, cell }) => {
    const found = readEvaluation(join(cellFolder(out, cell), "evaluation.json"));
    return { at, dataset: cell.dataset.name, found };
  });
  const all = [...own, ...others];
  const folders = [folder, ...evaluations.map(({ cell }) => cellFolder(out, cell))];
  const records = folders.map(readRecord).filter((record) => record !== null);
  const curve = (name: StepValue) => steps.map((step) => rounded(step[name] ?? null));
  const { backend, device } = readRunFile(folder).backend;
  const cell: ResultCell = {
    variant: variant.name,
    seed,
    evaluations: all.map(({ at, dataset, found }) => resultEvaluation(found, at, dataset)),
    curves: Object.fromEntries(CURVES.map((name) => [name, curve(name)])),
    tokens: {
      sampled: sum(steps.map(({ sampledTokens }) => sampledTokens)),
      trained: sum(steps.map(({ trainedTokens }) => trainedTokens)),
      evaluated: sum(all.map(({ found }) => found.sampledTokens)),
    },
    seconds: Math.round(sum(records.map(({ seconds }) => seconds))),
    commit: [...new Set(records.map(({ commit }) => commit))].join(" "),
  };
  return { cell, records, backend: `${backend} (${device})` };
}

function momentOf(step: number, last: number): string {
  if (step === 0) return "before";
  return step === last ? "after" : "during";
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

function resultEvaluation(found: Evaluation, at: string, dataset: string): ResultEvaluation {
  const { step, samples, temperature, topP, passAt1, majAtN } = found;
  if (passAt1 === null || majAtN === null) {
    throw new InputError(`${dataset}: its answers are not known; experiments need data sets with answers`);
  }
  return {
    at,
    dataset,
    step,
    samples,
    temperature,
    topP,
    passAt1: fine(passAt1),
    majority: fine(majAtN),
    majorityRatio: fine(found.majorityRatio),
    unansweredShare: fine(found.unansweredShare),
    entropy: fine(found.entropy),
    responseLength: fine(found.responseLength),
    levels: Object.fromEntries(
      byLevel(found).map((row) => [row.level, [fine(row.passAt1), fine(row.majAtN)] as const]),
    ),
    ...(at !== "during" && { questions: questionScores(found) }),
  };
}

function questionScores({ questions, samples }: Evaluation): QuestionScores {
  const levels: [string, number][] = [];
  for (const { level } of questions) {
    if (level === null) continue;
    const last = levels.at(-1);
    if (last?.[0] === level) last[1] += 1;
    else levels.push([level, 1]);
  }
  return {
    right: questions.map(({ passAt1 }) => Math.round((passAt1 ?? 0) * samples)),
    majority: questions.map(({ majority }) => String(majority ?? 0)).join(""),
    levels,
  };
}

/** Four digits: as much as a chart shows. */
function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(4));
}

/** Six digits: as much as a table could need. */
function fine(value: number): number {
  return Number(value.toPrecision(6));
}
