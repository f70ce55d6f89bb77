/** `ttrl dataset`: what is understood of a data set, before a model sees it. */
import type { Command } from "commander";
import type { DatasetReading } from "../../src/data/dataset.ts";
import { writeJsonLine } from "../files/jsonLines.ts";
import { addOptions, cacheOption } from "./options.ts";
import { datasetOptions, datasetOptionsOf, type DatasetFlags } from "./datasetOptions.ts";

const HELP = `
Reads JSON, JSONL, CSV, TSV and Parquet, gzip and zip archives and folders of them, in the structure of common data
sets, and prints the role of each column with its reason, the first questions as a model will see them, what was
inferred, and the rows that were left out. With --json one object: questions, notes, refused, columns. Of a data set on
the Hub, the Parquet files of one split are downloaded; of a config alone the test split, where there is one.

Examples:
  ttrl dataset questions.parquet
  ttrl dataset table.csv --map prompt=text answer=gold --limit 100
  ttrl dataset data.zip --split train --json
  ttrl dataset hf:datasets/openai/gsm8k:main/test`;

type Options = DatasetFlags & { readonly json?: true; readonly cache?: string };

/** Adds `dataset` to the program. */
export function addDataset(program: Command): void {
  const command = program
    .command("dataset")
    .description("show how a data set is read: roles of its columns, questions, answers")
    .argument("<source>", "file, archive, folder or hf:datasets/owner/name[@revision][:config/split]");
  addOptions(command, [...datasetOptions(), cacheOption()])
    .option("--json", "print one JSON object with all questions")
    .addHelpText("after", HELP)
    .action(async (source: string, { json, cache, ...flags }: Options) => {
      const { readDatasetFile } = await import("../files/datasetFile.ts");
      const { reading } = await readDatasetFile(source, datasetOptionsOf(flags), cache);
      if (json === true) writeJsonLine(asJson(reading));
      else console.log(asText(reading));
    });
}

/** The reading as the JSON object that `--json` prints. */
function asJson({ questions, answerKey, task, notes, errors, columns, split, splits }: DatasetReading) {
  return {
    questions: questions.map(({ id, prompt, level, context = [] }) => ({
      id,
      prompt,
      answer: answerKey.get(id) ?? null,
      task,
      level: level ?? null,
      ...(context.length > 0 && { context }),
    })),
    notes,
    refused: errors.map(({ row, reason }) => ({ row, reason })),
    columns,
    ...(splits.length > 0 && { split, splits }),
  };
}

/** Questions and refused rows that are printed without `--json`. */
const SHOWN = 3;

function asText(reading: DatasetReading): string {
  const { questions, answerKey, task, notes, errors, columns } = reading;
  const width = Math.max(...columns.map(({ name }) => name.length));
  const shown = questions
    .slice(0, SHOWN)
    .flatMap(({ id, prompt, context = [] }) => [
      "",
      `${id}:`,
      ...[...context, { role: "user", content: prompt }].map(({ role, content }) =>
        indented(`${role}: ${content}`),
      ),
      indented(`ground truth: ${answerKey.get(id) ?? "none"}`),
    ]);
  return [
    `${questions.length} questions, ${answerKey.size} with ground truth, task ${task}`,
    ...columns.map(
      ({ name, role, reason }) => `  ${name.padEnd(width)}  ${(role ?? "-").padEnd(8)}  ${reason}`,
    ),
    ...notes,
    ...errors.slice(0, SHOWN).map(({ row, reason }) => `row ${row} is left out: ${reason}`),
    ...(errors.length > SHOWN ? [`${errors.length - SHOWN} more rows are left out`] : []),
    ...shown,
  ].join("\n");
}

const indented = (text: string): string => text.replace(/^/gm, "  ");
