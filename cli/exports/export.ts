/** `ttrl export`: options and help. */
import type { Command } from "commander";
import { chosenForm } from "./exportForm.ts";
import { MODEL_FORM } from "./exportModelForm.ts";
import { RECIPE_FORM } from "./exportRecipeForm.ts";

const FORMS = [MODEL_FORM, RECIPE_FORM];

const HELP = `
gguf is one file for llama.cpp, with tokenizer and chat template; as llama.cpp's converter does, it keeps vectors in
f32, and in f16 the matrices whose rows do not fill q8_0's blocks of 32. safetensors is a Hugging Face folder for
transformers, with weights beyond --shard-size in several files. Tensors are read and written one by one: a model need not
fit in memory. f16 and bf16 round to the nearest, ties to even; a weight too large for the precision is refused.

A recipe is a folder that continues a finished run on other machines: model/ (a copy of the run's trained model), the data
set, the run's settings in the other trainer's words, the majority-vote reward in Python where the trainer has none, a
script to start with and README.md: what each setting has become, and what has no counterpart (also told on standard error
where the run has changed it). trl is TRL's GRPOTrainer on accelerate, verl is verl on Ray, ttrl the authors' own code, which
is built on a verl of its day.

Examples:
  ttrl export --model out/word/model --format gguf --precision q8_0 --out word.gguf
  ttrl export --model SmolLM2-135M-Instruct.Q4_1.gguf --format safetensors --precision bf16 --out smollm2
  ttrl export --recipe trl --run out/word --out out/word-trl
  ttrl export --recipe verl --run out/word --steps 500 --out out/word-verl
  ttrl export --recipe ttrl --run out/word --out out/word-ttrl`;

/** Adds `export` to the program. */
export function addExport(program: Command): void {
  const command = program
    .command("export")
    .description("write a model in another format or precision, or a run for another trainer")
    .requiredOption("--out <path>", "new file or folder")
    .addHelpText("after", HELP);
  for (const { subject, options } of FORMS)
    for (const option of options) command.addOption(option.helpGroup(`Of ${subject}:`));
  command.action(() => chosenForm(command, FORMS).write(command));
}
