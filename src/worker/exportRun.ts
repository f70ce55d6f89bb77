/** A run -> a zip that is a Hugging Face model folder, with the run's configuration and metrics beside the weights. */
import { toCsv } from "../formats/csv.ts";
import { writeModelFolder, type ModelFolder } from "../formats/modelFolder.ts";
import { zip } from "../formats/zip.ts";
import type { LanguageModel } from "../model/languageModel.ts";
import type { TtrlConfig } from "../rl/config.ts";
import type { Evaluation, StepMetrics, StepTiming } from "../rl/metrics.ts";
import type { BackendReport } from "./protocol.ts";

/** What an export says of the run beside its weights. */
export interface RunRecord {
  readonly model: string;
  readonly dataset: string;
  readonly config: TtrlConfig;
  readonly backend: BackendReport;
  readonly steps: readonly (StepMetrics & StepTiming)[];
  readonly evaluations: readonly Evaluation[];
}

/** The zip's bytes. */
export async function exportRun(
  folder: ModelFolder,
  model: LanguageModel,
  record: RunRecord,
): Promise<Uint8Array<ArrayBuffer>> {
  const { steps, evaluations, ...run } = record;
  const extras = new Map([
    ["run.json", `${JSON.stringify(run, null, 2)}\n`],
    ["metrics.csv", toCsv(steps.map((step) => ({ ...step })))],
    ["metrics.json", `${JSON.stringify({ steps, evaluations }, null, 2)}\n`],
  ]);
  const trained = { ...folder, weights: await model.weights(), card: card(record) };
  return new Uint8Array(zip(writeModelFolder(trained, extras)));
}

/** The model card of a trained model: what it was, what was done to it and what came of it. */
export function card({ model, dataset, config, steps, evaluations }: RunRecord): string {
  const percent = (value: number | null): string =>
    value === null ? "unknown" : `${(100 * value).toFixed(1)}%`;
  const rows = evaluations.map(
    (evaluation) =>
      `| ${evaluation.step} | ${evaluation.samples} | ${percent(evaluation.passAt1)} | ${percent(evaluation.majAtN)} | ${percent(evaluation.majorityRatio)} |`,
  );
  return [
    `# ${model}, after test-time reinforcement learning`,
    "",
    `${model} trained without labels on the questions of "${dataset}" by TTRL (arXiv 2504.16084): ${steps.length} steps of ` +
      `${config.questionsPerStep} questions, ${config.votesPerQuestion} votes each, seed ${config.seed}.`,
    "",
    "| step | samples | pass@1 | Maj@N | majority ratio |",
    "|---|---|---|---|---|",
    ...rows,
    "",
    `Samples drawn at temperature ${config.evaluationTemperature}, top-p ${config.evaluationTopP}, on the questions trained on. ` +
      "`run.json` holds the configuration, `metrics.csv` and `metrics.json` every step.",
    "",
  ].join("\n");
}
