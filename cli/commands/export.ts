/** `ttrl export`: options and help. */
import { InvalidArgumentError, Option, type Command } from "commander";
import { SHARD_BYTES } from "../../src/formats/modelFolderFiles.ts";
import type { ExportRequest } from "../exportModel.ts";
import { adapterOption, cacheOption, modelOption } from "../options.ts";

const HELP = `
gguf is one file for llama.cpp, with tokenizer and chat template; as llama.cpp's converter does, it keeps vectors in
f32, and in f16 the matrices whose rows do not fill q8_0's blocks of 32. safetensors is a Hugging Face folder for
transformers, with weights beyond --shard-size in several files. Tensors are read and written one by one: a model need not
fit in memory. f16 and bf16 round to the nearest, ties to even; a weight too large for the precision is refused.

Examples:
  ttrl export --model out/word/model --format gguf --precision q8_0 --out word.gguf
  ttrl export --model SmolLM2-135M-Instruct.Q4_1.gguf --format safetensors --precision bf16 --out smollm2`;

/** Adds `export` to the program. */
export function addExport(program: Command): void {
  program
    .command("export")
    .description("write a model in another format or precision")
    .addOption(modelOption().makeOptionMandatory())
    .addOption(cacheOption())
    .addOption(adapterOption("merged into the model"))
    .addOption(
      new Option("--format <name>", "file for llama.cpp, or folder")
        .choices(["gguf", "safetensors"])
        .makeOptionMandatory(),
    )
    .addOption(
      new Option("--precision <name>", "how weights are written")
        .choices(["f32", "f16", "bf16", "q8_0"])
        .default("f32"),
    )
    .addOption(
      new Option(
        "--shard-size <size>",
        "of a folder: the most that a file of weights holds, such as 500MB or 5GB",
      )
        .argParser(bytesIn)
        .default(SHARD_BYTES, "5GB"),
    )
    .requiredOption("--out <path>", "new file or folder")
    .addHelpText("after", HELP)
    .action(async (request: ExportRequest) => {
      const { exportModel } = await import("../exportModel.ts");
      await exportModel(request);
    });
}

const UNITS: Readonly<Record<string, number>> = { KB: 1e3, MB: 1e6, GB: 1e9 };

/** "5GB" -> 5e9. */
function bytesIn(text: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?) ?([KMG]B)$/i.exec(text) ?? [];
  const bytes = Number(number) * (UNITS[unit.toUpperCase()] ?? NaN);
  if (bytes > 0) return bytes;
  throw new InvalidArgumentError("Give a size such as 500MB or 5GB.");
}
