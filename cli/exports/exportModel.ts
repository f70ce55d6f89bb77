/** A model on disk -> the same model as a GGUF file or a Hugging Face folder of another precision. */
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { exportGguf, ggufNotes } from "../../src/formats/gguf/ggufExport.ts";
import { GgufExportError } from "../../src/formats/gguf/ggufError.ts";
import { modelFolderFiles } from "../../src/formats/huggingface/modelFolderFiles.ts";
import { PackingError, type Packing } from "../../src/formats/numbers/narrowFloats.ts";
import { PARTIAL, writeFolder, writeStream } from "../files/durable.ts";
import { InputError } from "../inputError.ts";
import { openMergedModel, type ModelSource } from "../models/adapterFile.ts";
import { languageModelOf, type ModelFile } from "../models/modelFile.ts";
import { readText } from "../files/textFile.ts";

/** Options of `ttrl export`. */
export interface ExportRequest extends ModelSource {
  readonly format: "gguf" | "safetensors";
  readonly precision: "f32" | "f16" | "bf16" | "q8_0";
  /** Bytes of a file of weights at most. */
  readonly shardSize: number;
  readonly out: string;
}

const PACKINGS: Readonly<Record<ExportRequest["precision"], Packing>> = {
  f32: "F32",
  f16: "F16",
  bf16: "BF16",
  q8_0: "Q8_0",
};

/** Writes what was asked for; it appears complete or not at all, and never over something else. */
export async function exportModel(request: ExportRequest): Promise<void> {
  const { model, format, precision, shardSize } = request;
  const out = resolve(request.out);
  const packing = PACKINGS[precision];
  if (format === "gguf" && !out.endsWith(".gguf"))
    throw new InputError(`--out ${request.out}: name a file that ends with .gguf`);
  if (existsSync(out)) throw new InputError(`--out ${request.out}: it is there already; name a new one`);
  const file = await openMergedModel(request);
  try {
    if (format === "gguf") await writeGguf(file, packing, out);
    else await writeSafetensorsFolder(file, packing, shardSize, out);
  } catch (error) {
    rmSync(out + PARTIAL, { recursive: true, force: true });
    if (error instanceof GgufExportError || error instanceof PackingError)
      throw new InputError(`${model}: ${error.message}`, { cause: error });
    throw error;
  }
}

async function writeGguf(model: ModelFile, packing: Packing, out: string) {
  const { name, texts, weights } = model;
  const file = exportGguf(texts, weights, languageModelOf(model).config, { packing, name });
  mkdirSync(dirname(out), { recursive: true });
  await writeStream(out, file);
  for (const note of ggufNotes(file)) console.error(note);
  console.error(`wrote ${out}, ${file.bytes} bytes`);
}

async function writeSafetensorsFolder(
  { texts, weights, disk }: ModelFile,
  packing: Packing,
  shardBytes: number,
  out: string,
): Promise<void> {
  if (packing === "Q8_0")
    throw new InputError("safetensors has no q8_0: name f32, f16 or bf16, or --format gguf");
  const extras = runFiles(disk);
  await writeFolder(out, modelFolderFiles(texts, weights, { packing, shardBytes, extras }));
  console.error(`wrote ${out}`);
}

/** The model card speaks of them. */
const RUN_FILES = ["run.json", "metrics.csv", "metrics.json"];

/** Returns the run's own files in a trained model's folder, by name. */
function runFiles(folder: string): ReadonlyMap<string, string> {
  const paths = RUN_FILES.map((name) => [name, join(folder, name)] as const);
  return new Map(
    paths.filter(([, path]) => existsSync(path)).map(([name, path]) => [name, readText(path).text]),
  );
}
