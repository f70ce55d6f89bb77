/** Classifies files opened together, by their names, as a data set or a model. */
import type { ModelPart } from "../../worker/protocol.ts";

/** A file of the user; the path of a file in a folder begins with the folder's name. */
export interface DroppedFile {
  readonly path: string;
  readonly file: Blob;
}

/** `name` is the name of the file or the folder. */
export type Dropped =
  | { readonly kind: "data"; readonly name: string; readonly files: readonly ModelPart[] }
  | { readonly kind: "model"; readonly name: string; readonly files: readonly ModelPart[] }
  | { readonly kind: "unclear"; readonly name: string; readonly problem: string };

/** Classifies files. Files whose name begins with a dot are ignored; whatever is no model is read as a data set. */
export async function classifyDropped(all: readonly DroppedFile[]): Promise<Dropped> {
  const files = all.filter(({ path }) => !baseName(path).startsWith("."));
  const [first, second] = files;
  const name = commonName(files);
  if (first === undefined) return { kind: "unclear", name, problem: "it contains no files." };
  const hasWeights = files.some(({ path }) => /\.(safetensors|gguf)$/i.test(path));
  const isArchive = second === undefined && /\.zip$/i.test(first.path) && (await holdsWeights(first.file));
  return hasWeights || isArchive ? modelOf(name, files) : { kind: "data", name, files: partsOf(files) };
}

/** Bytes at the end of a zip archive in which the names of its files are looked for. */
const DIRECTORY_BYTES = 2 ** 20;

/** Whether the directory at the end of a zip archive names a file of weights. */
async function holdsWeights(archive: Blob): Promise<boolean> {
  const end = await archive.slice(Math.max(0, archive.size - DIRECTORY_BYTES)).text();
  return /\.(safetensors|gguf)/i.test(end);
}

const partsOf = (files: readonly DroppedFile[]): ModelPart[] =>
  files.map(({ path, file }) => ({ path, blob: file }));

function modelOf(name: string, files: readonly DroppedFile[]): Dropped {
  const parts = partsOf(files);
  const [single, second] = parts.filter(({ path }) => /\.(gguf|zip)$/i.test(path));
  if (parts.some(({ path }) => baseName(path) === "config.json"))
    return { kind: "model", name, files: parts };
  if (single === undefined) {
    const problem = "config.json is missing. Open the complete model folder.";
    return { kind: "unclear", name, problem };
  }
  if (second !== undefined) {
    const ggufs = parts.filter(({ path }) => /\.gguf$/i.test(path));
    const stems = new Set(ggufs.map(({ path }) => path.replace(SPLIT, "")));
    if (stems.size === 1) return { kind: "model", name: baseName([...stems].join("")), files: ggufs };
    const problem = "it contains several GGUF files, each a separate model. Open one of them.";
    return { kind: "unclear", name, problem };
  }
  return { kind: "model", name: baseName(single.path).replace(/\.(gguf|zip)$/i, ""), files: [single] };
}

/** What follows a model's name in the name of its parts. */
const SPLIT = /-\d{5}-of-\d{5}\.gguf$/i;

/** Returns the name of the common folder, of a single file, or of a group of loose files. */
function commonName(files: readonly DroppedFile[]): string {
  const [first, ...others] = files;
  if (first === undefined) return "The folder";
  const folder = /^([^/]+)\//.exec(first.path)?.[1];
  if (folder !== undefined && files.every(({ path }) => path.startsWith(`${folder}/`))) return folder;
  return others.length === 0 ? baseName(first.path) : "local files";
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
