/** The files of a run. */
import { readDatasetFile, withoutLabels, type DatasetFile } from "./datasetFile.ts";
import { InputError } from "./inputError.ts";
import { readModelFile, type ModelFile } from "./modelFile.ts";
import type { RunFile } from "./runFile.ts";

/** The files of a run as read. */
export interface Sources {
  readonly model: ModelFile;
  readonly dataset: DatasetFile;
  /** Data sets to measure by alone. */
  readonly others: readonly DatasetFile[];
}

/** Where the files of a run are. */
export interface SourcePaths {
  readonly model: string;
  readonly dataset: string;
  readonly evals: readonly string[];
  readonly labels: RunFile["labels"];
}

/** Reads the files of a run. */
export function readSources({ model, dataset, evals, labels }: SourcePaths): Sources {
  const own = readDatasetFile(dataset);
  const others = evals.map(readDatasetFile);
  const names = [own, ...others].map(({ name }) => name);
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined) {
    throw new InputError(
      `two data sets are called "${repeated}", which metrics could not tell apart; rename a file`,
    );
  }
  return { model: readModelFile(model), dataset: labels === "none" ? withoutLabels(own) : own, others };
}

/** Reads the files of a run to be continued, which must be as they were. */
export function readSourcesAgain({ modelSource, datasetSource, evalSources, labels }: RunFile): Sources {
  const evals = evalSources.map(({ path }) => path);
  const sources = readSources({ model: modelSource.path, dataset: datasetSource.path, evals, labels });
  const { model, dataset, others } = sources;
  checkUnchanged(modelSource, model.sha256);
  checkUnchanged(datasetSource, dataset.sha256);
  for (const [i, source] of evalSources.entries()) checkUnchanged(source, others[i]?.sha256);
  return sources;
}

function checkUnchanged(source: RunFile["modelSource"], found: string | undefined): void {
  if (found === source.sha256) return;
  throw new InputError(`${source.path}: it has changed since the run was begun; put the old one back`);
}
