/** The model card of a trained model: what it was, what was done to it and what came of it. */
import type { TtrlConfig } from "../rl/ttrlConfig.ts";
import type { Evaluation } from "../rl/metrics/metrics.ts";
import { intervals, type Interval } from "./outcome.ts";
import type { RunReport } from "./record.ts";

/** Evaluations on data sets that the run did not learn from, by name of the data set. */
export type FurtherEvaluations = ReadonlyMap<string, readonly Evaluation[]>;

/** The card, a README.md. */
export function modelCard(report: RunReport, further: FurtherEvaluations = new Map()): string {
  const { run, steps, evaluations, adapterParameters } = report;
  const { model, dataset, config } = run;
  const { labelSource } = config;
  const learnsFromAnswers = labelSource === "truth" || labelSource === "wrong-majority";
  const learnt =
    labelSource === "majority" ? "without labels" : `as a control (label source "${labelSource}")`;
  const unfinished = steps.length < config.steps ? ` The run was to have ${counted(config.steps)}.` : "";
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
    `Samples drawn at temperature ${config.evaluationTemperature}, top-p ${config.evaluationTopP}; in brackets the 95% ` +
      `bootstrap interval over questions. The figures of "${dataset}" are measured on the questions trained on; their ` +
      `answers served ${learnsFromAnswers ? "to train and to measure" : "to measure alone"}. ` +
      "`metrics.csv` and `metrics.json` hold every step.",
    "",
    "Settings of the run, also in `run.json`:",
    "",
    "```json",
    JSON.stringify(config, null, 2),
    "```",
    "",
  ].join("\n");
}

function adapterText({ loraRank, loraAlpha, loraTargets }: TtrlConfig, parameters: number): string {
  return (
    `Trained was a LoRA adapter of ${parameters} parameters (rank ${loraRank}, alpha ${loraAlpha}, ${loraTargets}), which is ` +
    "merged into these weights; the folder `adapter` of the same export holds it by itself, in PEFT's format."
  );
}

function counted(steps: number): string {
  return `${steps} ${steps === 1 ? "step" : "steps"}`;
}

function firstAndLast(evaluations: readonly Evaluation[]): Evaluation[] {
  return evaluations.filter((_, i) => i === 0 || i === evaluations.length - 1);
}

/** One evaluation; the weights of the card are those after `trained` steps. */
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
