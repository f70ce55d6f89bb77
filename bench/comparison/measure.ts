/** Runs a contender's workloads under a time budget. */
import {
  CannotRun,
  type BenchModel,
  type OpenContender,
  type Opened,
  type Surroundings,
} from "../contenders/contender.ts";
import { quantile } from "../../src/math/stats.ts";
import { matrixParameters } from "../contenders/models.ts";
import {
  promptOf,
  rollouts,
  trainingRows,
  type Check,
  type Measurement,
  type Part,
  type Workload,
} from "../contenders/workload.ts";
import type { Job, JobResult, Skipped } from "./job.ts";

/** Maximum repeats of the last part, and of the parts before it. */
const REPEATS = 5;
const REPEATS_BEFORE = 3;
/** Fraction of the votes that a TTRL step trains on, as by default in the paper. */
const TRAINED_SHARE = 0.5;
/** Sizes of the check of a contender's results. */
const CHECKED = { tokens: 12, rows: 2, row: 48 };
/** Models with more parameters are checked on fewer tokens and without training: a software adapter would take minutes. */
const LARGE = 1e7;

/** Opens the model and runs the job; workloads that fail are reported as skipped, with the reason. */
export async function runJob(
  job: Job,
  open: OpenContender,
  model: BenchModel,
  surroundings: Surroundings,
  onProgress: (line: string) => void,
): Promise<JobResult> {
  const skipped: Skipped[] = [];
  const skip = (what: string, error: unknown): null => {
    const reason = error instanceof Error ? error.message : String(error);
    if (!(error instanceof CannotRun)) console.error(error);
    skipped.push({ contender: job.contender, model: job.model, what, reason: reason.split("\n")[0] ?? "" });
    return null;
  };
  const opened = await open(model, surroundings).catch((error: unknown) => skip("everything", error));
  if (opened === null) return { check: null, measurements: [], skipped };
  const measurements: Measurement[] = [];
  const check = await checkOf(opened, model).catch((error: unknown) => skip("the check", error));
  if (check === null && opened.sameWeights) return { check, measurements, skipped };
  for (const workload of job.workloads) {
    const found = await measure(opened, model, workload, job).catch((error: unknown) =>
      skip(titleOf(workload), error),
    );
    if (found === null) continue;
    measurements.push(found);
    for (const { rows, tokens, seconds } of found.parts.slice(-1))
      onProgress(`${titleOf(workload)}: ${seconds.toFixed(3)} s for ${rows} x ${tokens}`);
  }
  return { check, measurements, skipped };
}

function titleOf({ model, kind, rows, tokens }: Workload): string {
  const names = { decode: "decode", train: "training step", ttrl: "TTRL step" };
  return `${names[kind]} ${rows} x ${tokens}, ${model}`;
}

async function checkOf(opened: Opened, { config }: BenchModel): Promise<Check | null> {
  if (!opened.sameWeights) return null;
  const { vocabulary } = config;
  const large = matrixParameters(config) > LARGE;
  const [response] = (await opened.decode?.(promptOf(vocabulary), 1, large ? 2 : CHECKED.tokens, true)) ?? [];
  const rows = trainingRows(vocabulary, CHECKED.rows, CHECKED.row);
  const train = large ? null : opened.train;
  const losses = train === null ? null : ([await train(rows), await train(rows)] as const);
  const { tokens = [], logprobs = null } = response ?? {};
  return { greedy: [...tokens], logprobs: logprobs && [...logprobs], losses };
}

/** Runs a part of a workload; resolves when its results are on the host. */
type Run = (rows: number, tokens: number) => Promise<unknown>;

/**
 * Measures growing parts of the workload, up to all of it if the budget allows: fewer tokens of decoding, whose steps are
 * alike, or fewer rows of a training step. Each part is warmed up and repeated, so that a slow contender can be compared at
 * the largest size it reaches.
 */
async function measure(
  opened: Opened,
  model: BenchModel,
  workload: Workload,
  { budget, full }: Job,
): Promise<Measurement> {
  const run = runOf(opened, model, workload);
  const parameters = matrixParameters(model.config);
  if (full) return { workload, parts: await smallestAndWhole(run, workload, budget), parameters };
  const parts: Part[] = [];
  const sizes = sizesOf(workload);
  for (const [i, size] of sizes.entries()) {
    const once = (): Promise<unknown> => run(size.rows, size.tokens);
    await once(); // compiles
    const first = await secondsOf(once);
    const next = sizes[i + 1];
    const isLast = next === undefined || predicted({ ...size, seconds: first }, parts.at(-1), next) > budget;
    const times = await (isLast
      ? repeated(once, first, budget, REPEATS)
      : repeated(once, first, budget / 4, REPEATS_BEFORE));
    parts.push({ ...size, ...times });
    if (isLast) break;
  }
  return { workload, parts, parameters };
}

/** Measures a small part of a workload, which compiles it, and all of it at least once. */
async function smallestAndWhole(run: Run, workload: Workload, budget: number): Promise<Part[]> {
  const { rows, tokens } = workload;
  const [smallest = workload] = sizesOf(workload);
  const small = (): Promise<unknown> => run(smallest.rows, smallest.tokens);
  await small();
  const part = { ...smallest, seconds: await secondsOf(small), repeats: 1 };
  const once = (): Promise<unknown> => run(rows, tokens);
  return [part, { rows, tokens, ...(await repeated(once, await secondsOf(once), budget, REPEATS)) }];
}

type Size = Pick<Part, "rows" | "tokens">;

/** Predicts the seconds of the next part: proportional to tokens, and to rows to the power observed from the part before. */
function predicted(
  { rows, tokens, seconds }: Size & Pick<Part, "seconds">,
  before: Part | undefined,
  next: Size,
): number {
  const comparable = before !== undefined && before.tokens === tokens && before.rows < rows;
  const grown = comparable ? Math.log(seconds / before.seconds) / Math.log(rows / before.rows) : 1;
  const exponent = Math.min(1, Math.max(0.5, grown));
  return seconds * (next.tokens / tokens) * (next.rows / rows) ** exponent;
}

/** Repeats a run while the seconds allow, at most `most` times; returns the median, the first run included. */
async function repeated(once: () => Promise<unknown>, first: number, seconds: number, most: number) {
  const times = [first];
  const start = performance.now();
  while (times.length < most && (performance.now() - start) / 1000 + first < seconds)
    times.push(await secondsOf(once));
  return { seconds: quantile(times, 0.5), repeats: times.length };
}

function runOf({ decode, train }: Opened, { config }: BenchModel, { kind }: Workload): Run {
  const prompt = promptOf(config.vocabulary);
  if (kind === "decode") {
    if (decode === null) throw new CannotRun("it does not decode");
    return (count, tokens) => decode(prompt, count, tokens, false);
  }
  if (train === null) throw new CannotRun("it does not train");
  if (kind === "train") return (count, tokens) => train(trainingRows(config.vocabulary, count, tokens));
  if (decode === null) throw new CannotRun("it does not decode");
  return async (count, tokens) => {
    const responses = await decode(prompt, count, tokens, false);
    return train(rollouts(prompt, responses, Math.max(1, Math.round(count * TRAINED_SHARE))));
  };
}

/** Fractions of rows and tokens of the parts, in order. */
const SHARES: Readonly<Record<"train" | "decode", readonly (readonly [number, number])[]>> = {
  train: [
    [1 / 32, 1 / 2],
    [1 / 16, 1],
    [1 / 4, 1],
    [1, 1],
  ],
  decode: [
    [1 / 16, 1 / 16],
    [1 / 4, 1 / 16],
    [1, 1 / 16],
    [1, 1 / 4],
    [1, 1],
  ],
};

function sizesOf({ kind, rows, tokens }: Workload): Size[] {
  const part = (whole: number, share: number): number => Math.max(1, Math.round(whole * share));
  return SHARES[kind === "train" ? "train" : "decode"].map(([ofRows, ofTokens]) => ({
    rows: part(rows, ofRows),
    tokens: part(tokens, ofTokens),
  }));
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
