/** Renders a result as Markdown. */
import { sum } from "../math/stats.ts";
import { estimateText, UNIT_WORDS } from "./numbers.ts";
import type { ExperimentResult, ResultRow } from "./result.ts";

/** Returns a result as Markdown: question, figure, table, method. */
export function markdownOf(result: ExperimentResult): string {
  const { definition, missing } = result;
  const paper = definition.paper === null ? "Not in the paper." : `In the paper: ${definition.paper}.`;
  const open = openRuns(missing);
  return [
    `# ${definition.title}`,
    `${definition.question} ${paper}`,
    `![${definition.title}](${definition.name}.svg)`,
    table(result),
    INTERVALS,
    `Expected before it was run: ${definition.expects}`,
    ...(open === "" ? [] : [`Not run yet: ${open}.`]),
    howRun(result),
  ]
    .map((paragraph) => `${paragraph}\n`)
    .join("\n");
}

/** Lists the missing runs by variant. */
function openRuns(missing: ExperimentResult["missing"]): string {
  return [...new Set(missing.map(({ variant }) => variant))]
    .map((name) => {
      const seeds = missing.filter(({ variant }) => variant === name).map(({ seed }) => seed);
      return `${name} seed${seeds.length === 1 ? "" : "s"} ${seeds.join(", ")}`;
    })
    .join("; ");
}

const INTERVALS =
  "Shares in percent, their differences in points. Brackets: 95% interval over questions and seeds (Student's t over seeds, " +
  "with the variance component of questions added; differences paired by question). Parentheses, or brackets where questions " +
  "have no such number: 95% over seeds alone (Student's t).";

function table({ table: { columns, rows }, cells }: ExperimentResult): string {
  const heads = columns.map(({ label, unit }) => `${label} (${UNIT_WORDS[unit]})`);
  const lines = rows.map((row) => [
    row.label,
    String(row.seeds.length),
    ...row.values.map((value, i) =>
      value === null ? "–" : estimateText(value, columns[i]?.unit ?? "share"),
    ),
    costOf(row, cells),
  ]);
  return [["variant", "seeds", ...heads, "tokens sampled + trained, seconds a run"], ...lines]
    .toSpliced(1, 0, ["---", "---", ...heads.map(() => "---"), "---"])
    .map((line) => `| ${line.join(" | ")} |`)
    .join("\n");
}

/** Means over seeds. */
function costOf({ variant }: ResultRow, cells: ExperimentResult["cells"]): string {
  const own = cells.filter((cell) => cell.variant === variant);
  const millions = (pick: (cell: (typeof own)[number]) => number): string =>
    (sum(own.map(pick)) / own.length / 1e6).toFixed(2);
  const seconds = Math.round(sum(own.map((cell) => cell.seconds)) / own.length);
  return `${millions(({ tokens }) => tokens.sampled)}M + ${millions(({ tokens }) => tokens.trained)}M, ${seconds} s`;
}

function howRun({ definition, environment, cells }: ExperimentResult): string {
  const { backend, hardware, from, to, version, commits } = environment;
  const { model, dataset, config } = definition.base;
  const settings = Object.entries(config).map(([name, value]) => `${name} ${value}`);
  const days = from === to ? from : `${from} to ${to}`;
  const million = sum(cells.map(({ tokens }) => tokens.sampled + tokens.evaluated)) / 1e6;
  return (
    `Run with \`npm run -s ttrl -- experiment ${definition.name} --out <folder>\`: ${model} on ${dataset} unless the variant ` +
    `says otherwise, ${settings.length === 0 ? "default settings" : settings.join(", ")}. ${backend}; ${hardware}; ` +
    `${days}; version ${version}, commits ${commits.join(", ")}. ` +
    `${cells.length} runs, ${million.toFixed(1)}M response tokens with evaluations; runs are shared with other experiments.`
  );
}
