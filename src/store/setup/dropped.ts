/** Classifies files opened together, by their names, as a text file or a model. */
import type { ModelPart } from "../../worker/protocol.ts";
import type { TextFile } from "./dataset.ts";

/** A file of the user; the path of a file in a folder begins with the folder's name. */
export interface DroppedFile {
  readonly path: string;
  readonly file: TextFile;
}

/** `name` is the name of the file or the folder. */
export type Dropped =
  | { readonly kind: "text"; readonly name: string; readonly file: TextFile }
  | { readonly kind: "model"; readonly name: string; readonly files: readonly ModelPart[] }
  | { readonly kind: "unclear"; readonly name: string; readonly problem: string };

/** Classifies files. Files whose name begins with a dot are ignored. */
export function sortDropped(all: readonly DroppedFile[]): Dropped {
  const files = all.filter(({ path }) => !baseName(path).startsWith("."));
  const [first, second] = files;
  const name = commonName(files);
  if (first === undefined) return { kind: "unclear", name, problem: "it contains no files." };
  const weights = files.filter(({ path }) => /\.(safetensors|gguf)$/i.test(path));
  const isArchive = second === undefined && /\.zip$/i.test(first.path);
  if (weights.length > 0 || isArchive) return modelOf(name, files);
  if (second === undefined) return { kind: "text", name, file: first.file };
  const problem = `none of its ${files.length} files contains weights (.safetensors or .gguf). Open a complete model folder, or one data set at a time.`;
  return { kind: "unclear", name, problem };
}

function modelOf(name: string, files: readonly DroppedFile[]): Dropped {
  const parts = files.flatMap(({ path, file }) => (file instanceof Blob ? [{ path, blob: file }] : []));
  const [single, second] = parts.filter(({ path }) => /\.(gguf|zip)$/i.test(path));
  if (parts.some(({ path }) => baseName(path) === "config.json"))
    return { kind: "model", name, files: parts };
  if (single === undefined) {
    const problem = "config.json is missing. Open the complete model folder.";
    return { kind: "unclear", name, problem };
  }
  if (second !== undefined) {
    const problem = "it contains several GGUF files, each a separate model. Open one of them.";
    return { kind: "unclear", name, problem };
  }
  return { kind: "model", name: baseName(single.path).replace(/\.(gguf|zip)$/i, ""), files: [single] };
}

/** Returns the name of the common folder, of a single file, or of a group of loose files. */
function commonName(files: readonly DroppedFile[]): string {
  const [first, ...others] = files;
  if (first === undefined) return "The folder";
  const folder = /^([^/]+)\//.exec(first.path)?.[1];
  if (folder !== undefined && files.every(({ path }) => path.startsWith(`${folder}/`))) return folder;
  return others.length === 0 ? baseName(first.path) : "local model";
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
