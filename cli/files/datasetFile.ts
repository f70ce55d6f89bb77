/** Data sets on disk or on a Hub. */
import {
  readDataset,
  type DatasetFile as SourceFile,
  type DatasetOptions,
  type DatasetReading,
} from "../../src/data/dataset.ts";
import { datasetPath, hubIdText, parseDatasetId } from "../../src/hub/hubId.ts";
import { LabError } from "../../src/lab/labError.ts";
import { fitStudy, type NamedStudy } from "../../src/lab/study.ts";
import { at } from "../../src/math/at.ts";
import type { LanguageModel } from "../../src/model/language/languageModel.ts";
import { readdirSync, statSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { InputError } from "../inputError.ts";
import { fetchFromHub, HUB_PREFIX } from "./hubCache.ts";
import { readBytes, sha256 } from "./textFile.ts";

/** A data set that was read. */
export interface DatasetFile extends NamedStudy {
  /** Absolute path; for a data set of a Hub "hf:" and its split at its commit. */
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

/**
 * Reads a data set: a file, an archive, a folder of shards, "-" for standard input, or one of a Hub, which is fetched into
 * `cache` where it is not there yet.
 */
export async function readDatasetFile(
  place: string,
  given: DatasetOptions = {},
  cache?: string,
): Promise<DatasetFile> {
  const { file, paths, options, notes } = await locate(place, given, cache);
  const bytes = paths.map(({ disk }) => readBytes(disk));
  const sources = paths.map(({ path }, i): SourceFile => ({
    path,
    blob: new Blob([new Uint8Array(at(bytes, i))]),
  }));
  const read = await readDataset(sources, options);
  const reading = { ...read, notes: [...notes, ...read.notes] };
  const { name, questions, answerKey, task } = reading;
  const study = { questions, answerKey, task };
  return { name, file, sha256: sha256(...bytes), study, options, reading, notices: noticesOf(reading) };
}

/** The files of a data set, and the options that are left to the reader. */
interface LocatedFiles extends Pick<DatasetFile, "file" | "options"> {
  readonly paths: readonly { readonly disk: string; readonly path: string }[];
  readonly notes: readonly string[];
}

async function locate(
  place: string,
  options: DatasetOptions,
  cache: string | undefined,
): Promise<LocatedFiles> {
  if (place.startsWith(HUB_PREFIX)) return locateOnHub(place, options, cache);
  const files = filesOf(place);
  const paths = files.map((disk) => ({
    disk,
    path: files.length === 1 ? disk : join(basename(place), relative(place, disk)),
  }));
  return { file: resolve(place), paths, options, notes: [] };
}

/** The split of a Hub's data set is chosen by its name or by the option, before it is fetched. */
async function locateOnHub(
  place: string,
  { split, ...options }: DatasetOptions,
  cache: string | undefined,
): Promise<LocatedFiles> {
  const named = parseDatasetId(place);
  if (named.file !== null && split !== undefined)
    throw new InputError(`${place}: the name chooses a split already; leave --split out`);
  const { id, files, notes } = await fetchFromHub({ ...named, file: named.file ?? split ?? null }, cache);
  const paths = files.map((disk) => ({ disk, path: datasetPath(id, basename(disk), files.length === 1) }));
  return { file: HUB_PREFIX + hubIdText(id), paths, options, notes };
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
