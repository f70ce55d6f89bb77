/** The files of a run. */
import type { DatasetOptions } from "../../src/data/dataset.ts";
import { readDatasetFile, withoutLabels, type DatasetFile } from "../files/datasetFile.ts";
import { InputError } from "../inputError.ts";
import { readAdapterFile, type AdapterFile } from "../models/adapterFile.ts";
import { loadModelFile } from "../models/hubModel.ts";
import { weightsSha256, type ModelFile } from "../models/modelFile.ts";
import type { RunFile } from "./runFile.ts";

/** The files of a run. */
export interface Sources {
  readonly model: ModelFile;
  /** The adapter to continue; null if the run starts without one. */
  readonly adapter: AdapterFile | null;
  readonly dataset: DatasetFile;
  /** Data sets for evaluation only. */
  readonly others: readonly DatasetFile[];
}

/** Paths of the files of a run. */
export interface SourcePaths {
  readonly model: string;
  /** Cache folder for models and data sets of a Hub. */
  readonly cache: string | undefined;
  readonly adapter?: string;
  readonly dataset: string;
  readonly datasetOptions?: DatasetOptions;
  readonly evals: readonly string[];
  readonly labels: RunFile["labels"];
}

/** Reads the files of a run. */
export async function readSources(paths: SourcePaths): Promise<Sources> {
  const { model, cache, adapter, dataset, evals, labels } = paths;
  const own = await readDatasetFile(dataset, paths.datasetOptions, cache);
  const others = await Promise.all(evals.map((path) => readDatasetFile(path, {}, cache)));
  const names = [own, ...others].map(({ name }) => name);
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined) {
    throw new InputError(
      `two data sets are called "${repeated}", which metrics could not tell apart; rename a file`,
    );
  }
  return {
    model: await loadModelFile(model, cache),
    adapter: adapter === undefined ? null : readAdapterFile(adapter),
    dataset: labels === "none" ? withoutLabels(own) : own,
    others,
  };
}

/** Reads the files of a run to be continued, which must be as they were. */
export async function readSourcesAgain(run: RunFile, cache: string | undefined): Promise<Sources> {
  const { modelSource, adapterSource, datasetSource, datasetOptions, evalSources, labels } = run;
  const evals = evalSources.map(({ path }) => path);
  const paths = { model: modelSource.path, cache, dataset: datasetSource.path, evals, labels };
  const sources = await readSources({
    ...paths,
    ...(datasetOptions && { datasetOptions }),
    ...(adapterSource && { adapter: adapterSource.path }),
  });
  const { model, adapter, dataset, others } = sources;
  checkUnchanged(modelSource, await weightsSha256(model));
  if (adapterSource !== undefined) checkUnchanged(adapterSource, adapter?.sha256);
  checkUnchanged(datasetSource, dataset.sha256);
  for (const [i, source] of evalSources.entries()) checkUnchanged(source, others[i]?.sha256);
  return sources;
}

/** Reads the data set of a run again, which must be as it was. */
export async function readDatasetAgain(run: RunFile, cache: string | undefined): Promise<DatasetFile> {
  const { datasetSource, datasetOptions, labels } = run;
  const dataset = await readDatasetFile(datasetSource.path, datasetOptions, cache);
  checkUnchanged(datasetSource, dataset.sha256);
  return labels === "none" ? withoutLabels(dataset) : dataset;
}

function checkUnchanged(source: RunFile["modelSource"], found: string | undefined): void {
  if (found === source.sha256) return;
  throw new InputError(`${source.path}: it has changed since the run was begun; put the old one back`);
}
