/** Model cards of what a run trained: base model, training and evaluations. */
import type { TtrlConfig } from "../rl/ttrlConfig.ts";
import type { Evaluation } from "../rl/metrics/metrics.ts";
import { intervals, type Interval } from "./outcome.ts";
import type { RunReport } from "./record.ts";

/** Evaluations on data sets that the run did not learn from, by name of the data set. */
export type FurtherEvaluations = ReadonlyMap<string, readonly Evaluation[]>;

/** Returns the card of the trained model, its README.md. */
export function modelCard(report: RunReport, further: FurtherEvaluations = new Map()): string {
  const { run, steps, evaluations, adapterParameters } = report;
  const { model, dataset, config } = run;
  const { labelSource } = config;
  const learnsFromAnswers = labelSource === "truth" || labelSource === "wrong-majority";
  const learnt =
    labelSource === "majority" ? "without labels" : `as a control (label source "${labelSource}")`;
  const unfinished =
    steps.length < config.steps ? ` The run was configured for ${counted(config.steps)}.` : "";
  const measured = new Map([[`${dataset} (trained on)`, evaluations], ...further]);
  return [
    `# ${model}, after test-time reinforcement learning`,
    "",
    `${model}, trained ${learnt} on the questions of "${dataset}" by TTRL (arXiv 2504.16084): ${counted(steps.length)} of ` +
      `${config.questionsPerStep} questions, ${config.votesPerQuestion} votes each, seed ${config.seed}, ` +
      `on the ${run.backend.backend} backend.${unfinished}`,
    "",
    ...(adapterParameters === undefined ? [] : [adapterText(config, adapterParameters), ""]),
    "| data set | step | samples | pass@1 | Maj@N | majority ratio |",
    "|---|---|---|---|---|---|",
    ...[...measured].flatMap(([name, all]) => firstAndLast(all).map((one) => row(name, one, steps.length))),
    "",
    `Sampled at temperature ${config.evaluationTemperature}, top-p ${config.evaluationTopP}; in brackets the 95% ` +
      `bootstrap interval over questions. The results on "${dataset}" are on the questions trained on, whose ` +
      `answers were used ${learnsFromAnswers ? "for training and evaluation" : "for evaluation only"}. ` +
      "`metrics.csv` and `metrics.json` list every step.",
    "",
    "Settings of the run, also in `run.json`:",
    "",
    "```json",
    JSON.stringify(config, null, 2),
    "```",
    "",
  ].join("\n");
}

/** Returns the model card of a run's adapter, the README.md of its PEFT folder: its base model, and how to load it. */
export function adapterCard({ run, steps }: RunReport): string {
  const { model, dataset, config } = run;
  return [
    "---",
    "library_name: peft",
    `base_model: ${JSON.stringify(model)}`,
    "tags:",
    "- lora",
    "---",
    "",
    `# Adapter for ${model}, from test-time reinforcement learning`,
    "",
    `A LoRA adapter of rank ${config.loraRank} and alpha ${config.loraAlpha}, trained on the questions of "${dataset}" by ` +
      `TTRL (arXiv 2504.16084) in ${steps.length} steps. The exported model has the adapter merged in; load this ` +
      `folder with the base model, ${model}:`,
    "",
    "```python",
    "from peft import PeftModel",
    "from transformers import AutoModelForCausalLM",
    'model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained("base"), "adapter")',
    "```",
    "",
    "The card of the exported model has the run's results and settings.",
    "",
  ].join("\n");
}

function adapterText(
  { loraRank, loraAlpha, loraTargets }: Pick<TtrlConfig, "loraRank" | "loraAlpha" | "loraTargets">,
  parameters: number,
): string {
  return (
    `A LoRA adapter of ${parameters} parameters was trained (rank ${loraRank}, alpha ${loraAlpha}, ${loraTargets}) and ` +
    "merged into these weights; the folder `adapter` of the same export contains it in PEFT's format."
  );
}

function counted(steps: number): string {
  return `${steps} ${steps === 1 ? "step" : "steps"}`;
}

function firstAndLast(evaluations: readonly Evaluation[]): Evaluation[] {
  return evaluations.filter((_, i) => i === 0 || i === evaluations.length - 1);
}

/** Returns the table row of an evaluation; `trained` is the last step. */
function row(dataset: string, evaluation: Evaluation, trained: number): string {
  const { step, samples, passAt1, majAtN, majorityRatio, questions } = evaluation;
  const { passAt1Interval, majAtNInterval } = intervals(questions);
  const name = dataset.replaceAll("|", "\\|");
  const when = step === 0 ? "0 (base)" : step === trained ? `${step} (final)` : step;
  const cells = [name, when, samples, estimate(passAt1, passAt1Interval), estimate(majAtN, majAtNInterval)];
  return `| ${[...cells, percent(majorityRatio)].join(" | ")} |`;
}

function estimate(value: number | null, interval: Interval): string {
  if (value === null) return "unknown";
  return interval === null ? percent(value) : `${percent(value)} [${interval.map(percent).join(", ")}]`;
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)}%`;
}
