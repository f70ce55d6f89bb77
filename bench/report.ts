/** The tables of a comparison, as Markdown. */
import { CONTENDERS, NAMES, type ContenderName } from "./contenders.ts";
import type { Report } from "./run.ts";
import type { Kind, ModelName, Part, Workload } from "./workload.ts";

type Measured = Report["measurements"][number];

/** FLOPs a token of each kind and bytes a step, by the parameters of a token's matrix products. */
const FLOPS: Readonly<Record<Kind, number>> = { decode: 2, train: 6, ttrl: 2 + 6 / 2 };

/** Parameters of a token's matrix products of the models, as `matrixParameters` counts them. */
export const MATRIX_PARAMETERS: Readonly<Record<ModelName, number>> = {
  "abacus-0.1M": 132_864,
  "abacus-0.2M": 218_112,
  "abacus-0.5M": 486_912,
  "SmolLM2-135M shape": 134_479_872,
};

const TITLES: Readonly<Record<Kind, string>> = {
  decode: "Decoding",
  train: "Training step",
  ttrl: "TTRL step (decode, then train on half of the rows)",
};

/** All of the report. */
export function markdown(report: Report): string {
  const models = [...new Set(report.measurements.map(({ workload }) => workload.model))];
  return [
    heading(report),
    ...models.flatMap((model) => [`## ${model}`, ...tablesOf(report, model)]),
    "## What did not run",
    skippedTable(report),
    "",
  ].join("\n\n");
}

function heading({ date, where, machine, limits, budget, versions }: Report): string {
  const adapter =
    limits === null
      ? "No WebGPU adapter."
      : `WebGPU adapter: **${limits.adapter}**. In this run a plain copy reaches ${si(limits.bytesPerSecond)}B/s on it ` +
        `(read and written) and a plain matrix product ${si(limits.flopsPerSecond)}FLOP/s.`;
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    "# Benchmark",
    `Written by \`npm run bench -- --out docs/BENCH.md\` on ${date} in ${where}, on ${machine}. ${adapter} Peers: ${packages.join(", ")}.`,
    "Read ratios, not times: they compare the contenders within this run. A software adapter such as SwiftShader computes " +
      "on the processor, so its seconds say nothing of a GPU; it charges little for a dispatch and much for a barrier, and " +
      "WASM with SIMD is faster than it. What holds on any hardware are the counts of `npm run bench -- --counts`.",
    "Contenders that run the same weights must first give the same most probable tokens and the same loss before and " +
      "after a training step; whoever does not is listed below and not timed. nanogpt runs its own GPT of the same width, " +
      "layers and vocabulary, on next-token prediction. Each workload gets " +
      `${budget} s: where that is too short, a part of it is run, and the table says how many rows and tokens. ` +
      "Every part is run once to warm up. The last two columns compare the largest part that both ran: above 1, the " +
      "engine (or this repository's WASM kernels) took less time. The matrix product that limits are taken from is plain, so " +
      "that a better one may exceed it.",
  ].join("\n\n");
}

function tablesOf(report: Report, model: ModelName): string[] {
  const workloads = new Map<string, Workload>();
  for (const { workload } of report.measurements)
    if (workload.model === model) workloads.set(keyOf(workload), workload);
  return [...workloads.values()].map((workload) => {
    const { kind, rows, tokens } = workload;
    return `**${TITLES[kind]}, ${rows} x ${tokens}**\n\n${tableOf(report, workload)}`;
  });
}

function keyOf({ model, kind, rows, tokens }: Workload): string {
  return [model, kind, rows, tokens].join();
}

function tableOf(report: Report, workload: Workload): string {
  const found = NAMES.flatMap((name) =>
    report.measurements.filter(
      ({ contender, workload: other }) => contender === name && keyOf(other) === keyOf(workload),
    ),
  );
  const lines = found.map((measured) => row(report, measured, found));
  return table(
    [
      "",
      "on",
      "ran",
      "seconds",
      "tokens/s",
      "FLOP/s",
      "weights read/s",
      "engine is faster by",
      "WASM kernels by",
    ],
    lines,
  );
}

function row({ limits }: Report, measured: Measured, all: readonly Measured[]): string[] {
  const { workload, contender, parts } = measured;
  const { title, device } = CONTENDERS[contender];
  const part = parts.at(-1);
  if (part === undefined) throw new Error("a measurement has no part");
  const rate = (part.rows * part.tokens) / part.seconds;
  const parameters = MATRIX_PARAMETERS[workload.model];
  const flops = rate * FLOPS[workload.kind] * parameters;
  const bytes = workload.kind === "decode" ? (part.tokens * parameters * 4) / part.seconds : Number.NaN;
  const share = (value: number, limit: number | undefined): string => {
    if (Number.isNaN(value)) return "";
    const percent = limit === undefined || device === "wasm" ? "" : ` (${short((100 * value) / limit, 2)}%)`;
    return `${si(value)}${percent}`;
  };
  return [
    title,
    device === "wasm" ? "WASM" : "WebGPU",
    `${part.rows} x ${part.tokens}`,
    part.seconds.toPrecision(3),
    short(rate),
    share(flops, limits?.flopsPerSecond),
    share(bytes, limits?.bytesPerSecond),
    ratio(all, "engine", measured),
    ratio(all, "wasm-kernels", measured),
  ];
}

/** How many times faster `name` did the largest part that both ran. */
function ratio(all: readonly Measured[], name: ContenderName, { contender, parts }: Measured): string {
  const ours = all.find((measured) => measured.contender === name);
  if (contender === name || ours === undefined) return "";
  const same = (a: Part) => (b: Part) => a.rows === b.rows && a.tokens === b.tokens;
  const common = parts.findLast((part) => ours.parts.some(same(part)));
  const other = common && ours.parts.find(same(common));
  return common === undefined || other === undefined ? "" : `${short(common.seconds / other.seconds)}x`;
}

function skippedTable({ skipped }: Report): string {
  return table(
    ["", "on", "model", "what", "why"],
    skipped.map(({ contender, model, what, reason }) => {
      const { title, device } = CONTENDERS[contender];
      return [title, device === "wasm" ? "WASM" : "WebGPU", model, what, reason.replaceAll("|", "\\|")];
    }),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Three digits, or two; without exponents. */
function short(value: number, digits = 3): string {
  return value >= 10 ** digits ? Math.round(value).toString() : value.toPrecision(digits);
}

/** 1.23 G */
function si(value: number): string {
  const [scale, unit] = (
    [
      [1e12, "T"],
      [1e9, "G"],
      [1e6, "M"],
      [1e3, "k"],
    ] as const
  ).find(([at]) => value >= at) ?? [1, ""];
  return `${(value / scale).toPrecision(3)} ${unit}`;
}
