/** Data sets on disk. */
import {
  readDataset,
  type DatasetFile as SourceFile,
  type DatasetOptions,
  type DatasetReading,
} from "../../src/data/dataset.ts";
import { LabError } from "../../src/lab/labError.ts";
import { fitStudy, type NamedStudy } from "../../src/lab/study.ts";
import type { LanguageModel } from "../../src/model/language/languageModel.ts";
import { readdirSync, statSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { InputError } from "../inputError.ts";
import { readBytes, sha256 } from "./textFile.ts";

/** A data set that was read. */
export interface DatasetFile extends NamedStudy {
  /** Absolute path. */
  readonly file: string;
  /** Of the file, or of all files of the folder, in hex. */
  readonly sha256: string;
  readonly options: DatasetOptions;
  readonly reading: DatasetReading;
  /** Sentences about mapped, guessed and skipped rows. */
  readonly notices: readonly string[];
}

/** Row errors listed one by one; the rest is counted. */
const SHOWN_ERRORS = 5;

/** Reads a data set: a file, an archive, a folder of shards, or "-" for standard input. */
export async function readDatasetFile(path: string, options: DatasetOptions = {}): Promise<DatasetFile> {
  const files = filesOf(path).map((file) => ({ path: file, bytes: readBytes(file) }));
  const sources = files.map(({ path: file, bytes }): SourceFile => ({
    path: files.length === 1 ? file : join(basename(path), relative(path, file)),
    blob: new Blob([new Uint8Array(bytes)]),
  }));
  const reading = await readDataset(sources, options);
  const { name, questions, answerKey, task } = reading;
  const study = { questions, answerKey, task };
  const digest = sha256(...files.map(({ bytes }) => bytes));
  return { name, file: resolve(path), sha256: digest, study, options, reading, notices: noticesOf(reading) };
}

/** The files of a folder in the order of their names, hidden ones left out; or the file itself. */
function filesOf(path: string): string[] {
  if (path === "-" || statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  const names = readdirSync(path, { recursive: true, encoding: "utf8" }).sort();
  return names
    .filter((name) => !/(^|[/\\])\./.test(name))
    .map((name) => join(path, name))
    .filter((file) => statSync(file).isFile());
}

function noticesOf({ errors, notes }: DatasetReading): string[] {
  const shown = errors.slice(0, SHOWN_ERRORS).map(({ row, reason }) => `row ${row} was left out: ${reason}`);
  const more = errors.length - shown.length;
  return [...notes, ...shown, ...(more > 0 ? [`${more} more rows were left out`] : [])];
}

/** Prints the notices of data sets on standard error; called late, so that an earlier error is printed alone. */
export function printNotices(datasets: readonly DatasetFile[]): void {
  for (const { file, notices } of datasets) {
    for (const notice of notices) console.error(`${file}: ${notice}`);
  }
}

/** Returns the data set without its answers: what a run learns must not depend on them. */
export function withoutLabels(dataset: DatasetFile): DatasetFile {
  return { ...dataset, study: { ...dataset.study, answerKey: new Map() } };
}

/** Leaves out the questions that exceed the model's context and adds a notice that names them. */
export function fitToModel(
  dataset: DatasetFile,
  model: LanguageModel,
  maxResponseTokens: number,
): DatasetFile {
  try {
    const { study, notice } = fitStudy(model, dataset.study, maxResponseTokens);
    return notice === null ? dataset : { ...dataset, study, notices: [...dataset.notices, notice] };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    throw new InputError(`${dataset.file}: ${error.message}; lower --max-response-tokens`);
  }
}
