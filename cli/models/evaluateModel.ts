/** `ttrl eval`: evaluates a model. */
import { appendFileSync } from "node:fs";
import { writeEvaluation } from "../files/responseLines.ts";
import { configFrom, type TtrlConfig } from "../../src/rl/ttrlConfig.ts";
import { evaluationReport } from "../../src/report/outcome.ts";
import { examineStudy } from "../../src/rl/metrics/studyRun.ts";
import type { BackendChoice } from "../../src/report/backend.ts";
import { openMergedModel, type ModelSource } from "./adapterFile.ts";
import { startBackend } from "../backend.ts";
import { atPlace } from "../inputError.ts";
import type { DatasetOptions } from "../../src/data/dataset.ts";
import { fitToModel, readDatasetFile, printNotices } from "../files/datasetFile.ts";
import { writeJsonLine } from "../files/jsonLines.ts";
import { languageModelOf, openModelPolicy } from "./modelFile.ts";
import { frameOf, type PromptFlags } from "./promptFlags.ts";
import { StatusLine } from "../statusLine.ts";

export interface EvaluationRequest extends ModelSource, PromptFlags {
  readonly dataset: string;
  readonly datasetOptions: DatasetOptions;
  readonly samples: number;
  readonly questions: number;
  readonly temperature: number;
  readonly topP: number;
  readonly maxResponseTokens: number;
  readonly answerFormat: string;
  readonly seed: number;
  readonly backend: BackendChoice;
  /** File for the responses (gzip of JSONL). */
  readonly logResponses?: string;
  /** Report each question as well. */
  readonly each?: boolean;
}

/** Evaluates a model as `ttrl run` does before its first step, and prints the result. */
export async function evaluateModel(request: EvaluationRequest): Promise<void> {
  const { samples, maxResponseTokens, seed, logResponses } = request;
  const config = settingsOf(request);
  if (logResponses !== undefined) await atPlace(logResponses, () => appendFileSync(logResponses, "")); // fails before the work
  const file = await openMergedModel(request);
  const read = await readDatasetFile(request.dataset, request.datasetOptions, request.cache);
  const model = languageModelOf(file, frameOf(request));
  const dataset = fitToModel(read, model, maxResponseTokens);
  const started = await startBackend(request.backend);
  const { policy, report } = await openModelPolicy(file, model, started);
  printNotices([dataset]);
  const status = new StatusLine("response");
  const start = performance.now();
  const { evaluation, groups } = await examineStudy(
    policy,
    dataset.study,
    config,
    { step: 0, samples },
    { signal: started.fault, onProgress: (phase, done, total) => status.show(done, total, phase) },
  ).finally(() => status.close());
  started.fault.throwIfAborted();
  if (logResponses !== undefined)
    writeEvaluation(logResponses, dataset, groups, { tokenizer: model.tokenizer, rules: config });
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  const { backend, path } = report;
  writeJsonLine({
    model: file.name,
    dataset: dataset.name,
    backend,
    path,
    seed,
    ...evaluationReport(evaluation),
    ...(request.each === true && { each: evaluation.questions }),
    seconds,
  });
}

function settingsOf(request: EvaluationRequest): TtrlConfig {
  const { seed, questions, temperature, topP, maxResponseTokens, answerFormat } = request;
  const sampling = { evaluationTemperature: temperature, evaluationTopP: topP, maxResponseTokens };
  return configFrom({ seed, answerFormat, evaluationQuestions: questions, ...sampling });
}
