/** The tables of a comparison, as Markdown. */
import { CONTENDERS, NAMES, type ContenderName } from "../contenders/contenders.ts";
import { LOGPROB_TOLERANCE, LOSS_TOLERANCE, type Report } from "./run.ts";
import type { Kind, ModelName, Part, Workload } from "../contenders/workload.ts";

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

const DEVICES = { webgpu: "WebGPU", wasm: "WASM" };

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
    method(report),
    ...models.flatMap((model) => [`## ${model}`, ...tablesOf(report, model)]),
    "## What did not run",
    ...leftOut(report),
    "",
  ].join("\n\n");
}

function heading({ date, command, where, cores, load, limits, versions }: Report): string {
  const adapter =
    limits === null
      ? "No WebGPU adapter."
      : `WebGPU adapter: **${limits.adapter}**. In this run a plain copy reaches ${si(limits.bytesPerSecond)}B/s on it ` +
        `(read and written) and a plain matrix product ${si(limits.flopsPerSecond)}FLOP/s.`;
  const [before, after] = load.map((value) => value.toFixed(1));
  const machine = `${cores} cores, whose load average was ${before} when the run began and ${after} when it ended`;
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const peers = packages.length === 0 ? "" : ` Peers: ${packages.join(", ")}.`;
  return `# Benchmark\n\nWritten by \`${command}\` on ${date} in ${where}, on ${machine}. ${adapter}${peers}`;
}

/** How to read the tables. */
function method({ limits, budget, full }: Report): string {
  const software =
    "Times of a software adapter say nothing of a GPU: it computes on the processor, charges little for a dispatch and " +
    "much for a barrier, and WASM with SIMD is faster than it. What holds on any hardware are the counts of " +
    "`npm run bench -- --counts`. ";
  const named = full.map((name) => titleOf(name)).join(", ");
  const whole =
    full.length === 0
      ? ""
      : `, but of ${named}, which had the time that all of it takes with the first model`;
  return [
    `${limits?.software === true ? software : ""}Ratios compare contenders within this run.`,
    "Contenders that run the same weights must first give the same most probable tokens, logprobs of them within " +
      `${LOGPROB_TOLERANCE} nats where they tell them, and a loss before and after a ` +
      `training step within ${100 * LOSS_TOLERANCE}%; whoever does not is listed below and not timed. nanogpt runs its ` +
      "own GPT of the same width, layers and vocabulary, on next-token prediction. transformers.js only " +
      "decodes.",
    `Each workload of a contender gets ${budget} s${whole}. It starts with a small part and goes on to larger ones while ` +
      'the next is expected to fit; "4 x 4 of 64 x 64" is as far as a contender came. Each part is run once to warm up, ' +
      "then timed as often as the table says; seconds are the median.",
    "The last two columns compare the same rows and tokens on both sides: the largest part that both ran, named where " +
      "it is not everything. Above 1, the engine (or this repository's WASM kernels) took less time. FLOP/s count matrix " +
      "products alone, and their share of the plain product's, which a better one may exceed.",
  ].join("\n\n");
}

function titleOf(name: ContenderName): string {
  const { title, device } = CONTENDERS[name];
  return `${title} on ${DEVICES[device]}`;
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
      "times",
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
    DEVICES[device],
    sizeOf(part) + (isAll(part, workload) ? "" : ` of ${sizeOf(workload)}`),
    String(part.repeats),
    part.seconds.toPrecision(3),
    short(rate),
    share(flops, limits?.flopsPerSecond),
    share(bytes, limits?.bytesPerSecond),
    ratio(all, "engine", measured),
    ratio(all, "wasm-kernels", measured),
  ];
}

type Size = Pick<Part, "rows" | "tokens">;

function sizeOf({ rows, tokens }: Size): string {
  return `${rows} x ${tokens}`;
}

function isAll(part: Size, whole: Size): boolean {
  return part.rows === whole.rows && part.tokens === whole.tokens;
}

/** How many times faster `name` did the largest part that both ran. */
function ratio(
  all: readonly Measured[],
  name: ContenderName,
  { contender, workload, parts }: Measured,
): string {
  const ours = all.find((measured) => measured.contender === name);
  if (contender === name || ours === undefined) return "";
  const common = parts.findLast((part) => ours.parts.some((other) => isAll(other, part)));
  const other = common && ours.parts.find((part) => isAll(part, common));
  if (common === undefined || other === undefined) return "";
  const size = isAll(common, workload) ? "" : ` at ${sizeOf(common)}`;
  return `${short(common.seconds / other.seconds)}x${size}`;
}

function leftOut({ skipped, notAsked }: Report): string[] {
  const asked = notAsked.length === 0 ? [] : [`Not asked for in this run: ${notAsked.join("; ")}.`];
  if (skipped.length === 0) return asked.length === 0 ? ["Nothing was left out."] : asked;
  const rows = skipped.map(({ contender, model, what, reason }) => {
    const { title, device } = CONTENDERS[contender];
    return [title, DEVICES[device], model, what, reason.replaceAll("|", "\\|")];
  });
  return [...asked, table(["", "on", "model", "what", "why"], rows)];
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
