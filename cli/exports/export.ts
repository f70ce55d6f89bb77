/** `ttrl export`: options and help. */
import { Option, type Command } from "commander";
import { SHARD_BYTES } from "../../src/formats/huggingface/modelFolderFiles.ts";
import { RECIPES } from "../../src/report/exportForms.ts";
import { CONFIG_FIELDS } from "../../src/rl/ttrlConfig.ts";
import { adapterOption, cacheOption, modelOption, numberWithin, sizeParser } from "../commands/options.ts";
import { InputError } from "../inputError.ts";
import type { ExportRequest } from "./exportModel.ts";
import type { RecipeRequest } from "./exportRecipe.ts";

/** What can be exported, each with its own options. */
interface Form {
  /** The exported object, as help and errors name it. */
  readonly subject: string;
  readonly options: readonly Option[];
  readonly required: readonly string[];
  readonly write: (command: Command) => Promise<void>;
}

/** A model in another format or precision. */
const MODEL: Form = {
  subject: "a model",
  options: [
    modelOption(),
    new Option("--format <name>", "gguf file or safetensors folder").choices(["gguf", "safetensors"]),
    new Option("--precision <name>", "precision of the weights")
      .choices(["f32", "f16", "bf16", "q8_0"])
      .default("f32"),
    new Option("--shard-size <size>", "maximum size of a weights file in a folder, such as 500MB or 5GB")
      .argParser(sizeParser(1000, "500MB or 5GB"))
      .default(SHARD_BYTES, "5GB"),
    adapterOption("merged into the model"),
  ],
  required: ["--model", "--format"],
  async write(command) {
    const { exportModel } = await import("./exportModel.ts");
    await exportModel(command.opts<ExportRequest>());
  },
};

/** A folder that continues a finished run with another trainer. */
const RECIPE: Form = {
  subject: "a run's recipe",
  options: [
    new Option("--recipe <trainer>", "trainer that continues the run").choices(RECIPES),
    new Option("--run <folder>", "--out of a finished run"),
    new Option("--steps <integer>", "number of further steps; by default as many as the run had").argParser(
      numberWithin(CONFIG_FIELDS.steps),
    ),
  ],
  required: ["--recipe", "--run"],
  async write(command) {
    const { exportRecipe } = await import("./exportRecipe.ts");
    await exportRecipe(command.opts<RecipeRequest>());
  },
};

const FORMS = [MODEL, RECIPE];

const HELP = `
gguf is one file for llama.cpp, with tokenizer and chat template; as llama.cpp's converter does, it keeps vectors in
f32, and in f16 the matrices whose rows do not fill q8_0's blocks of 32. safetensors is a Hugging Face folder for
transformers, with weights beyond --shard-size in several files. Tensors are read and written one by one: a model need not
fit in memory. f16 and bf16 round to the nearest, ties to even; a weight too large for the precision is refused.

A recipe is a folder that continues a finished run on other machines: model/ (a copy of the run's trained model), the data
set, the run's settings under the other trainer's names, the majority-vote reward in Python where the trainer has none, a
start script and README.md: the counterpart of each setting, and the settings without one (also reported on standard
error where the run changed them). trl is TRL's GRPOTrainer on accelerate, verl is verl on Ray, ttrl the authors' own
code, a fork of an early verl.

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
    .requiredOption("--out <path>", "output file or folder")
    .addOption(cacheOption())
    .addHelpText("after", HELP);
  for (const { subject, options } of FORMS)
    for (const option of options) command.addOption(option.helpGroup(`Options for ${subject}:`));
  command.action(() => chosenForm(command).write(command));
}

/** Returns the form whose options were given. Throws if there is none, more than one, or a required option is missing. */
function chosenForm(command: Command): Form {
  const given = ({ options }: Form): (string | undefined)[] =>
    options
      .filter((option) => command.getOptionValueSource(option.attributeName()) === "cli")
      .map(({ long }) => long);
  const needs = ({ subject, required }: Form): string => `${subject} takes ${required.join(" and ")}`;
  const [form, other] = FORMS.filter((form) => given(form).length > 0);
  if (form === undefined) throw new InputError(`say what to export: ${FORMS.map(needs).join(", or ")}`);
  if (other !== undefined) {
    const are = (flags: readonly unknown[]): string => (flags.length === 1 ? "is" : "are");
    const [one, two] = [form, other].map(
      (form) => `${given(form).join(", ")} ${are(given(form))} of ${form.subject}`,
    );
    throw new InputError(`export writes one thing at a time: ${one}, ${two}; leave one out`);
  }
  const missing = form.required.filter((flag) => !given(form).includes(flag));
  if (missing.length === 0) return form;
  const verb = missing.length === 1 ? "is" : "are";
  throw new InputError(`${needs(form)}; ${missing.join(" and ")} ${verb} missing`);
}
