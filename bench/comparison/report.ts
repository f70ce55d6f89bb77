/** Report of a comparison, as Markdown. */
import { CONTENDERS, NAMES, type ContenderName } from "../contenders/contenders.ts";
import { LOGPROB_TOLERANCE, LOSS_TOLERANCE, type Report } from "./run.ts";
import type { Kind, ModelName, Part, Workload } from "../contenders/workload.ts";

type Measured = Report["measurements"][number];

/** FLOPs per token and matrix parameter: 2 forward, 4 backward. */
const FLOPS: Readonly<Record<Kind, number>> = { decode: 2, train: 6, ttrl: 2 + 6 / 2 };

const DEVICES = { webgpu: "WebGPU", wasm: "WASM" };

const TITLES: Readonly<Record<Kind, string>> = {
  decode: "Decoding",
  train: "Training step",
  ttrl: "TTRL step (decode, then train on half of the rows)",
};

export function markdown(report: Report): string {
  const models = [...new Set(report.measurements.map(({ workload }) => workload.model))];
  return [
    heading(report),
    method(report),
    ...models.flatMap((model) => [`## ${model}`, ...tablesOf(report, model)]),
    "## What did not run",
    leftOut(report),
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

/** Returns the explanation of the tables. */
function method({ limits, budget, full }: Report): string {
  const software =
    "Times on a software adapter say nothing about a GPU: it computes on the CPU, where a dispatch is cheap, a barrier " +
    "expensive, and WASM with SIMD faster. The counts of `npm run bench -- --counts` hold on any hardware. ";
  const named = full
    .map((name) => `${CONTENDERS[name].title} on ${DEVICES[CONTENDERS[name].device]}`)
    .join(", ");
  const whole = full.length === 0 ? "" : `; ${named} ran everything with the first model, regardless of time`;
  return [
    `${limits?.software === true ? software : ""}Ratios compare contenders within this run.`,
    "Contenders that run the same weights must first agree on the most probable tokens, on their logprobs within " +
      `${LOGPROB_TOLERANCE} nats where they return them, and on the loss before and after a training step within ` +
      `${100 * LOSS_TOLERANCE}%; those that do not are listed below without times. nanogpt runs its own GPT of the same ` +
      "width, layers and vocabulary on next-token prediction. transformers.js only decodes.",
    `Each workload of a contender gets ${budget} s${whole}. It runs a small part first and larger ones while the next is ` +
      'predicted to fit; "4 x 4 of 64 x 64" is the largest part that was run. Each part is run once to warm up, then timed ' +
      "the given number of times; seconds are the median.",
    "The last two columns compare the same rows and tokens: the largest part that both ran, given if it is not " +
      "everything. Above 1, the engine (or this repository's WASM kernels) took less time. FLOP/s count only matrix " +
      "products; their percentage is of the plain product's, which a better one may exceed.",
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
  const measures = ["ran", "times", "seconds", "tokens/s", "FLOP/s", "weights read/s"];
  return table(
    ["", "on", ...measures, "engine is faster by", "WASM kernels by"],
    found.map((measured) => row(report, measured, found)),
  );
}

function row({ limits }: Report, measured: Measured, all: readonly Measured[]): string[] {
  const { workload, contender, parts, parameters } = measured;
  const { title, device } = CONTENDERS[contender];
  const part = parts.at(-1);
  if (part === undefined) throw new Error("a measurement has no part");
  const rate = (part.rows * part.tokens) / part.seconds;
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

/** Returns how many times faster `name` ran the largest common part, with its size if it is not everything. */
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

function leftOut({ skipped }: Report): string {
  if (skipped.length === 0) return "Everything requested ran.";
  const rows = skipped.map(({ contender, model, what, reason }) => {
    const { title, device } = CONTENDERS[contender];
    return [title, DEVICES[device], model, what, reason.replaceAll("|", "\\|")];
  });
  return table(["", "on", "model", "what", "why"], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Formats a number with `digits` significant digits, without an exponent. */
function short(value: number, digits = 3): string {
  return value >= 10 ** digits ? Math.round(value).toString() : value.toPrecision(digits);
}

/** Formats a number with an SI prefix: "1.23 G". */
function si(value: number): string {
  const thousands = Math.min(4, Math.max(0, Math.floor(Math.log10(value) / 3)));
  return `${(value / 1000 ** thousands).toPrecision(3)} ${["", "k", "M", "G", "T"][thousands]}`;
}
