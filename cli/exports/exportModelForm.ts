/** Options of `ttrl export` for a model. */
import { InvalidArgumentError, Option } from "commander";
import { SHARD_BYTES } from "../../src/formats/huggingface/modelFolderFiles.ts";
import type { ExportRequest } from "./exportModel.ts";
import { adapterOption, cacheOption, modelOption } from "../commands/options.ts";
import type { ExportForm } from "./exportForm.ts";

/** A model in another format or precision. */
export const MODEL_FORM: ExportForm = {
  subject: "a model",
  options: [
    modelOption(),
    new Option("--format <name>", "file for llama.cpp, or folder").choices(["gguf", "safetensors"]),
    new Option("--precision <name>", "how weights are written")
      .choices(["f32", "f16", "bf16", "q8_0"])
      .default("f32"),
    new Option(
      "--shard-size <size>",
      "of a folder: the most that a file of weights holds, such as 500MB or 5GB",
    )
      .argParser(bytesIn)
      .default(SHARD_BYTES, "5GB"),
    adapterOption("merged into the model"),
    cacheOption(),
  ],
  required: ["--model", "--format"],
  async write(command) {
    const { exportModel } = await import("./exportModel.ts");
    await exportModel(command.opts<ExportRequest>());
  },
};

const UNITS: Readonly<Record<string, number>> = { KB: 1e3, MB: 1e6, GB: 1e9 };

/** "5GB" -> 5e9. */
function bytesIn(text: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?) ?([KMG]B)$/i.exec(text) ?? [];
  const bytes = Number(number) * (UNITS[unit.toUpperCase()] ?? NaN);
  if (bytes > 0) return bytes;
  throw new InvalidArgumentError("Give a size such as 500MB or 5GB.");
}
