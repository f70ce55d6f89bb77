/** The model card of a trained model: what it was, what was done to it and what came of it. */
import type { RunFile } from "./runFile.ts";
import type { RunSummary } from "./summary.ts";

type Outcome = RunSummary["base"];

/** The card, a README.md. */
export function modelCard(run: RunFile, { steps, base, final, evals }: RunSummary): string {
  const { model, dataset, config } = run;
  const measured: [string, Outcome, Outcome][] = [
    [`${dataset} (learned from)`, base, final],
    ...Object.entries(evals).map(([name, other]): [string, Outcome, Outcome] => [
      name,
      other.base,
      other.final,
    ]),
  ];
  return [
    `# ${model} after test-time reinforcement learning`,
    "",
    `${model}, trained without labels on the questions of "${dataset}" by TTRL (arXiv 2504.16084): ${steps} steps of ` +
      `${config.questionsPerStep} questions, ${config.votesPerQuestion} votes each, on the ${run.backend} backend.`,
    "",
    "| data set | samples | base pass@1 | final pass@1 | base Maj@N | final Maj@N |",
    "|---|---|---|---|---|---|",
    ...measured.map(([name, before, after]) => row(name, before, after)),
    "",
    `Samples drawn at temperature ${config.evaluationTemperature}, top-p ${config.evaluationTopP}; in brackets the 95% ` +
      "bootstrap interval over questions.",
    "",
    "Settings of the run:",
    "",
    "```json",
    JSON.stringify(config, null, 2),
    "```",
    "",
  ].join("\n");
}

function row(name: string, before: Outcome, after: Outcome): string {
  const samples = after?.samples ?? "";
  const cells = [
    name,
    samples,
    passAt1(before),
    passAt1(after),
    percent(before?.majAtN),
    percent(after?.majAtN),
  ];
  return `| ${cells.join(" | ")} |`;
}

function passAt1(outcome: Outcome): string {
  const interval = outcome?.passAt1Interval;
  if (interval == null) return percent(outcome?.passAt1);
  return `${percent(outcome?.passAt1)} [${interval.map(percent).join(", ")}]`;
}

function percent(value: number | null | undefined): string {
  return value == null ? "unknown" : `${(100 * value).toFixed(1)}%`;
}
