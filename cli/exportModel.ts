/** A model on disk -> the same model as a GGUF file or a Hugging Face folder of another precision. */
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { exportGguf } from "../src/formats/ggufExport.ts";
import { GgufExportError } from "../src/formats/ggufExportError.ts";
import { modelFolderPieces } from "../src/formats/modelFolder.ts";
import { PackingError, type Packing } from "../src/formats/narrowFloats.ts";
import { PARTIAL, writeFile, writeFolder } from "./durable.ts";
import { InputError } from "./inputError.ts";
import { openModel, readModelFile, type ModelFile } from "./modelFile.ts";

/** Options of `ttrl export`. */
export interface ExportRequest {
  readonly model: string;
  readonly format: "gguf" | "safetensors";
  readonly precision: "f32" | "f16" | "bf16" | "q8_0";
  readonly out: string;
}

const PACKINGS: Readonly<Record<ExportRequest["precision"], Packing>> = {
  f32: "F32",
  f16: "F16",
  bf16: "BF16",
  q8_0: "Q8_0",
};

/** Writes what was asked for; it appears complete or not at all, and never over something else. */
export function exportModel(request: ExportRequest): void {
  const { model, format, precision } = request;
  const out = resolve(request.out);
  const packing = PACKINGS[precision];
  if (format === "gguf" && !out.endsWith(".gguf"))
    throw new InputError(`--out ${request.out}: name a file that ends with .gguf`);
  if (existsSync(out)) throw new InputError(`--out ${request.out}: it is there already; name a new one`);
  const file = readModelFile(model);
  try {
    if (format === "gguf") writeGguf(file, packing, out);
    else writeSafetensorsFolder(file, packing, out);
  } catch (error) {
    rmSync(out + PARTIAL, { recursive: true, force: true });
    if (error instanceof GgufExportError || error instanceof PackingError)
      throw new InputError(`${model}: ${error.message}`, { cause: error });
    throw error;
  }
}

function writeGguf(file: ModelFile, packing: Packing, out: string): void {
  const { config } = openModel(file);
  const { pieces, bytes, cut, inHalf } = exportGguf(file.content, config, { packing, name: file.name });
  mkdirSync(dirname(out), { recursive: true });
  writeFile(out, pieces());
  if (inHalf.length > 0)
    console.error(
      `${inHalf.length} matrices, such as ${inHalf[0]}, are in F16: their rows do not fill blocks of 32`,
    );
  if (cut.differs !== null)
    console.error(
      `llama.cpp has no name for how this tokenizer cuts texts; with ${cut.name}, which is written, it finds the same tokens but for ${cut.differs}`,
    );
  console.error(`wrote ${out}, ${bytes} bytes`);
}

function writeSafetensorsFolder(file: ModelFile, packing: Packing, out: string): void {
  if (packing === "Q8_0")
    throw new InputError("safetensors has no q8_0: name f32, f16 or bf16, or --format gguf");
  writeFolder(out, modelFolderPieces(file.content, packing));
  console.error(`wrote ${out}`);
}
