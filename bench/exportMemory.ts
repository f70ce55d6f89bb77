/**
 * Measures the memory of exports: writes a random model of the given size to disk, exports it in each format with a capped
 * heap, and prints the peak resident memory. Exits with 1 if it exceeds twice the largest tensor plus 300 MB, which the
 * program needs without a model.
 *   npx tsx bench/exportMemory.ts <new folder> [<million parameters, 250>]
 */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { shapeWeights } from "./shapeWeights.ts";
import { writeFolder } from "../cli/files/durable.ts";
import { openModelFile } from "../cli/models/modelFile.ts";
import { modelFolderFiles, SHARD_BYTES } from "../src/formats/huggingface/modelFolderFiles.ts";
import { elementCount } from "../src/math/tensor.ts";
import { readModelConfig } from "../src/model/language/config.ts";

const [folder, millions = "250"] = process.argv.slice(2);
if (folder === undefined) throw new Error("the first argument must be a new folder");

const HEAP = 128;
const PROGRAM_BYTES = 300e6;

/** A Llama of the given size with the embedded models' tokenizer; its embedding is the largest tensor, as in small real models. */
const { texts } = await openModelFile("public/models/abacus-0.2M");
const width = 1024;
const perLayer = 4 * width * width + 3 * width * 2816;
const layers = Math.max(1, Math.round((Number(millions) * 1e6 - 32_768 * width) / perLayer));
const config = {
  ...texts.config,
  ...{ hidden_size: width, intermediate_size: 2816, num_hidden_layers: layers, vocab_size: 32_768 },
  ...{ num_attention_heads: 16, num_key_value_heads: 16, head_dim: 64 },
};
const weights = shapeWeights(readModelConfig(config), 0);
const sizes = [...weights.shapes.values()].map((shape) => 4 * elementCount(shape));
const bytes = sizes.reduce((total, size) => total + size, 0);
const most = PROGRAM_BYTES + 2 * Math.max(...sizes);

const model = join(folder, "model");
await writeFolder(
  model,
  modelFolderFiles({ ...texts, config }, weights, { packing: "F32", shardBytes: SHARD_BYTES }),
);
console.error(`${model}: ${bytes} bytes of weights, ${Math.max(...sizes)} in the largest tensor`);

const FORMS = [
  ["safetensors", "f32"],
  ["safetensors", "bf16"],
  ["gguf", "f32"],
  ["gguf", "q8_0"],
] as const;
for (const [format, precision] of FORMS) {
  const out = join(folder, `${precision}${format === "gguf" ? ".gguf" : ""}`);
  const peak = peakOf(["--model", model, "--format", format, "--precision", precision, "--out", out]);
  console.log(`${format} ${precision}: ${Math.round(peak / 1e6)} MB at most, with a heap of ${HEAP} MB`);
  if (peak > most) process.exitCode = 1;
  rmSync(out, { recursive: true });
}

/** Returns the peak resident bytes of `ttrl export` with these arguments. */
function peakOf(args: readonly string[]): number {
  const report =
    'process.on("exit",()=>process.stderr.write("\\npeak "+process.resourceUsage().maxRSS+"\\n"))';
  const options = [
    `--max-old-space-size=${HEAP}`,
    `--import=data:text/javascript,${encodeURIComponent(report)}`,
  ];
  const child = spawnSync(process.execPath, [
    ...options,
    "--import",
    "tsx",
    "cli/ttrl.ts",
    "export",
    ...args,
  ]);
  const printed = /\npeak (\d+)/.exec(child.stderr.toString());
  if (child.status !== 0 || printed === null) throw new Error(child.stderr.toString());
  return 1024 * Number(printed[1]);
}
