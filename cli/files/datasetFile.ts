/** A data set file on disk -> questions to train on or to be measured by. */
import { readDataset, type DatasetReading } from "../../src/data/dataset.ts";
import { fitQuestions } from "../../src/model/language/fitQuestions.ts";
import type { LanguageModel } from "../../src/model/language/languageModel.ts";
import { resolve } from "node:path";
import type { Study } from "../../src/rl/metrics/answerKey.ts";
import { InputError } from "../inputError.ts";
import { readText } from "./textFile.ts";

/** A data set as read. */
export interface DatasetFile {
  readonly name: string;
  /** Absolute path. */
  readonly file: string;
  readonly sha256: string;
  readonly study: Study;
  /** What was mapped, guessed or left out, in sentences. */
  readonly notices: readonly string[];
}

/** Row errors told one by one; beyond them their number says enough. */
const SHOWN_ERRORS = 5;

/** Reads a data set. */
export function readDatasetFile(path: string): DatasetFile {
  const { text, sha256 } = readText(path);
  const reading = readDataset(path, text);
  const { name, questions, answerKey, task } = reading;
  const study = { questions, answerKey, task };
  return { name, file: resolve(path), sha256, study, notices: noticesOf(reading) };
}

function noticesOf({ errors, notes }: DatasetReading): string[] {
  const shown = errors.slice(0, SHOWN_ERRORS).map(({ row, reason }) => `row ${row} was left out: ${reason}`);
  const more = errors.length - shown.length;
  return [...notes, ...shown, ...(more > 0 ? [`${more} more rows were left out`] : [])];
}

/** Tells the notices of data sets on standard error; late, so that an error before them stands alone. */
export function tellNotices(datasets: readonly DatasetFile[]): void {
  for (const { file, notices } of datasets) {
    for (const notice of notices) console.error(`${file}: ${notice}`);
  }
}

/** The same data set without its answers: what a run learns must not depend on them. */
export function withoutLabels(dataset: DatasetFile): DatasetFile {
  return { ...dataset, study: { ...dataset.study, answerKey: new Map() } };
}

/** The data set without the questions that leave no room for a response in the model's context; these are named. */
export function fitToModel(
  dataset: DatasetFile,
  model: LanguageModel,
  maxResponseTokens: number,
): DatasetFile {
  const { questions, notice } = fitQuestions(model, dataset.study.questions, maxResponseTokens);
  if (notice === null) return dataset;
  if (questions.length === 0) {
    throw new InputError(`${dataset.file}: no question fits; ${notice}; lower --max-response-tokens`);
  }
  return { ...dataset, study: { ...dataset.study, questions }, notices: [...dataset.notices, notice] };
}
