/** `ttrl try`: samples a few responses before a run, and says what is wrong with them. */
import { tryOut, type TriedQuestion, type TriedResponse, type TryOut } from "../../src/lab/tryOut.ts";
import type { DatasetOptions } from "../../src/data/dataset.ts";
import type { BackendChoice } from "../../src/report/backend.ts";
import type { TtrlConfig } from "../../src/rl/ttrlConfig.ts";
import { startBackend } from "../backend.ts";
import { fitToModel, printNotices, readDatasetFile } from "../files/datasetFile.ts";
import { writeJsonLine } from "../files/jsonLines.ts";
import { StatusLine } from "../statusLine.ts";
import { openMergedModel, type ModelSource } from "./adapterFile.ts";
import { languageModelOf, openModelPolicy } from "./modelFile.ts";
import { frameOf, type PromptFlags } from "./promptFlags.ts";

export interface TryRequest extends ModelSource, PromptFlags {
  readonly dataset: string;
  readonly datasetOptions: DatasetOptions;
  readonly backend: BackendChoice;
  readonly config: TtrlConfig;
  readonly json?: boolean;
}

/** Tries a model on the first questions of a data set, and prints what it saw. */
export async function tryModel(request: TryRequest): Promise<void> {
  const { config } = request;
  const file = await openMergedModel(request);
  const read = await readDatasetFile(request.dataset, request.datasetOptions, request.cache);
  const model = languageModelOf(file, frameOf(request));
  const dataset = fitToModel(read, model, config.maxResponseTokens);
  const started = await startBackend(request.backend);
  const { policy } = await openModelPolicy(file, model, started);
  printNotices([dataset]);
  const status = new StatusLine("response");
  const tried = await tryOut(policy, dataset.study, config, started.fault, (done, total) =>
    status.show(done, total, "sample"),
  ).finally(() => status.close());
  started.fault.throwIfAborted();
  if (request.json === true) writeJsonLine(tried);
  else process.stdout.write(textOf(tried));
}

function textOf({ rules: { answers, answerFormat }, questions, findings }: TryOut): string {
  const rule = answers === "paper" ? "the paper's rules" : `answer format ${answerFormat}`;
  const found = findings.map(({ message }) => `! ${message}`);
  return [
    ...questions.map(questionText),
    `Answers found by ${rule}.`,
    ...(found.length === 0 ? ["No problems found."] : found),
    "",
  ].join("\n");
}

function questionText({ id, prompt, promptTokens, truth, responses }: TriedQuestion): string {
  const head = `=== ${id}: prompt as sent, ${promptTokens} tokens ===\n${prompt}`;
  const known = `=== ground truth: ${truth ?? "none"} ===`;
  return [head, known, ...responses.map(responseText), ""].join("\n");
}

function responseText({ text, answer, found, right, tokens, finished }: TriedResponse, i: number): string {
  const grade = right === null ? "" : right ? ", correct" : ", wrong";
  const end = finished ? "ended with EOS" : "cut";
  const marked =
    found === null
      ? text
      : `${text.slice(0, found.start)}>>${text.slice(found.start, found.end)}<<${text.slice(found.end)}`;
  return `--- response ${i + 1}: answer ${answer ?? "none"}${grade}; ${tokens} tokens, ${end} ---\n${marked}`;
}
