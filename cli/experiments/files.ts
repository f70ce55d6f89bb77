/** Finds the models and data sets of experiments. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { datasetName } from "../../src/experiments/experiment.ts";
import { writeFile } from "../files/durable.ts";
import { InputError } from "../inputError.ts";
import { sha256 } from "../files/textFile.ts";

/** A model or data set that determines a cell. */
export interface Source {
  readonly name: string;
  /** The file of a data set, the folder of a model. */
  readonly path: string;
  /** Checksum of a data set or of a model's weights. */
  readonly sha256: string;
}

const MODELS = ["../../public/models/", "../../experiments/models/"].map((folder) =>
  fileURLToPath(new URL(folder, import.meta.url)),
);
const DATASETS = fileURLToPath(new URL("../../public/datasets/", import.meta.url));

const known = new Map<string, Source>();

/** Finds a model by the name of its folder or by path. */
export function findModel(name: string): Source {
  const folders = [...MODELS.map((folder) => join(folder, name)), resolve(name)];
  const path = folders.find((folder) => existsSync(join(folder, "model.safetensors")));
  if (path === undefined) {
    throw new InputError(
      `model "${name}": there is no model.safetensors in ${folders.join(" or ")}; name one of public/models, or make the model as docs/experiments/README.md says`,
    );
  }
  return remember(path, () => ({ name, path, sha256: hashOf(join(path, "model.safetensors")) }));
}

/** Finds a data set by its file name without extension or by path; writes its questions of one level into `out`. */
export function findDataset(dataset: string, level: string | undefined, out: string): Source {
  const path = [join(DATASETS, `${dataset}.json`), resolve(dataset)].find(existsSync);
  if (path === undefined) {
    throw new InputError(
      `data set "${dataset}": ${join(DATASETS, dataset)}.json does not exist; name a file in that folder without its extension, or give a path`,
    );
  }
  if (level === undefined) return remember(path, () => ({ name: dataset, path, sha256: hashOf(path) }));
  return remember(`${out} ${path} ${level}`, () => writePart(path, dataset, level, out));
}

function remember(key: string, make: () => Source): Source {
  const source = known.get(key) ?? make();
  known.set(key, source);
  return source;
}

function writePart(path: string, dataset: string, level: string, out: string): Source {
  const rows = JSON.parse(readFileSync(path, "utf8")) as { readonly level?: string }[]; // our own committed files
  const chosen = rows.filter((row) => row.level === level);
  if (chosen.length === 0)
    throw new InputError(`${path}: no question has the level "${level}"; name one that some have`);
  const name = datasetName({ dataset, level });
  const part = join(out, "datasets", `${basename(name)}.json`);
  const text = `${JSON.stringify(chosen, null, 2)}\n`;
  mkdirSync(join(out, "datasets"), { recursive: true });
  if (!existsSync(part) || readFileSync(part, "utf8") !== text) writeFile(part, text);
  return { name, path: part, sha256: sha256(Buffer.from(text)) };
}

function hashOf(path: string): string {
  return sha256(readFileSync(path));
}
