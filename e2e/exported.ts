/** The contents of an exported archive, read in Node by the project's own readers. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readModelFolder, type ModelFolder } from "../src/formats/huggingface/modelFolder.ts";
import { unzip } from "../src/formats/zip/zip.ts";
import type { SavedFile } from "./lab.ts";

const MODELS = fileURLToPath(new URL("../public/models", import.meta.url));

/** Reads the exported model. */
export function exportedModel({ bytes }: SavedFile): Promise<ModelFolder> {
  return readModelFolder(unzip(bytes));
}

/** Reads a text file of the archive. */
export function exportedText({ bytes }: SavedFile, name: string): string {
  const [path = ""] = [...unzip(bytes).keys()].filter((key) => key === name || key.endsWith(`/${name}`));
  return new TextDecoder().decode(unzip(bytes).get(path));
}

/** Reads an embedded model. */
export function embeddedModel(name: string): Promise<ModelFolder> {
  const folder = join(MODELS, name);
  return readModelFolder(
    new Map(readdirSync(folder).map((file) => [file, new Uint8Array(readFileSync(join(folder, file)))])),
  );
}

export function sha256({ bytes }: SavedFile): string {
  return createHash("sha256").update(bytes).digest("hex");
}
