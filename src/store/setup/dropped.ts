/** What files that were dropped together are, by their names: a text to read, or a model. */
import type { ModelPart } from "../../worker/protocol.ts";
import type { TextFile } from "./dataset.ts";

/** A file of the user's; in a dropped folder the path begins with the folder's name. */
export interface DroppedFile {
  readonly path: string;
  readonly file: TextFile;
}

/** `name` is that of the file or of the folder. */
export type Dropped =
  | { readonly kind: "text"; readonly name: string; readonly file: TextFile }
  | { readonly kind: "model"; readonly name: string; readonly files: readonly ModelPart[] }
  | { readonly kind: "unclear"; readonly name: string; readonly problem: string };

/** Sorts what was dropped. Files whose name begins with a dot are left alone. */
export function sortDropped(all: readonly DroppedFile[]): Dropped {
  const files = all.filter(({ path }) => !baseName(path).startsWith("."));
  const [first, second] = files;
  const name = commonName(files);
  if (first === undefined) return { kind: "unclear", name, problem: "there is no file in it." };
  const weights = files.filter(({ path }) => /\.(safetensors|gguf)$/i.test(path));
  const isArchive = second === undefined && /\.zip$/i.test(first.path);
  if (weights.length > 0 || isArchive) return modelOf(name, files);
  if (second === undefined) return { kind: "text", name, file: first.file };
  const problem = `none of its ${files.length} files holds weights (.safetensors or .gguf). Drop a model's whole folder, or one data set at a time.`;
  return { kind: "unclear", name, problem };
}

function modelOf(name: string, files: readonly DroppedFile[]): Dropped {
  const parts = files.flatMap(({ path, file }) => (file instanceof Blob ? [{ path, blob: file }] : []));
  const [single, second] = parts.filter(({ path }) => /\.(gguf|zip)$/i.test(path));
  if (parts.some(({ path }) => baseName(path) === "config.json"))
    return { kind: "model", name, files: parts };
  if (single === undefined) {
    const problem = "it has weights but no config.json. Drop the model's whole folder.";
    return { kind: "unclear", name, problem };
  }
  if (second !== undefined) {
    const problem = "it holds several GGUF files, each a model of its own. Drop one of them.";
    return { kind: "unclear", name, problem };
  }
  return { kind: "model", name: baseName(single.path).replace(/\.(gguf|zip)$/i, ""), files: [single] };
}

/** The folder that all lie in, the file's name of a single one, or what several loose files are called. */
function commonName(files: readonly DroppedFile[]): string {
  const [first, ...others] = files;
  if (first === undefined) return "The folder";
  const folder = /^([^/]+)\//.exec(first.path)?.[1];
  if (folder !== undefined && files.every(({ path }) => path.startsWith(`${folder}/`))) return folder;
  return others.length === 0 ? baseName(first.path) : "own model";
}

function baseName(path: string): string {
  return path.split("/").at(-1) ?? path;
}
