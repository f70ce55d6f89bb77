/** Runs a contender's workloads under a time budget. */
import { CannotRun, type BenchModel, type Contender, type Opened, type Surroundings } from "./contender.ts";
import { matrixParameters } from "./models.ts";
import {
  promptOf,
  rollouts,
  trainingRows,
  type Check,
  type Job,
  type JobResult,
  type Measurement,
  type Part,
  type Skipped,
  type Workload,
} from "./workload.ts";

/** Most repeats of a measurement. */
const REPEATS = 5;
/** Rows of 64 votes that a TTRL step trains on, as the method's default. */
const TRAINED_SHARE = 0.5;
/** Of the small batch that contenders are compared by. */
const CHECKED = { tokens: 12, rows: 2, row: 48 };
/** Models above so many parameters are checked by fewer tokens and no training: a software adapter would take minutes. */
const LARGE = 1e7;

/** Opens the model and runs the job; what cannot run is named with its reason. */
export async function runJob(
  job: Job,
  contender: Contender,
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
  const opened = await contender
    .open(model, surroundings)
    .catch((error: unknown) => skip("everything", error));
  if (opened === null) return { check: null, measurements: [], skipped };
  const measurements: Measurement[] = [];
  const check = await checkOf(opened, model).catch((error: unknown) => skip("the check", error));
  if (check === null && opened.sameWeights) return { check, measurements, skipped };
  for (const workload of job.workloads) {
    const found = await measure(opened, model, workload, job.budget).catch((error: unknown) =>
      skip(titleOf(workload), error),
    );
    if (found === null) continue;
    measurements.push(found);
    for (const { rows, tokens, seconds } of found.parts.slice(-1))
      onProgress(`${titleOf(workload)}: ${seconds.toFixed(3)} s for ${rows} x ${tokens}`);
  }
  return { check, measurements, skipped };
}

/** A workload by name. */
export function titleOf({ model, kind, rows, tokens }: Workload): string {
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
  return { greedy: [...(response?.tokens ?? [])], losses };
}

/** Does a part of a workload; resolves when its results are on the host. */
type Run = (rows: number, tokens: number) => Promise<unknown>;

/**
 * Growing parts of the workload, all of it in the end where the time suffices: fewer tokens of a decoding, whose steps
 * are alike, or fewer rows of a training step. Each part is warmed up by running it.
 */
async function measure(
  opened: Opened,
  model: BenchModel,
  workload: Workload,
  budget: number,
): Promise<Measurement> {
  const run = runOf(opened, model, workload);
  const parts: Part[] = [];
  const sizes = sizesOf(workload);
  for (const [i, size] of sizes.entries()) {
    const once = (): Promise<unknown> => run(size.rows, size.tokens);
    await once(); // compiles what this size needs
    const next = sizes[i + 1];
    const growth = next === undefined ? Infinity : (next.rows * next.tokens) / (size.rows * size.tokens);
    const first = await secondsOf(once);
    const isLast = first * growth > budget;
    parts.push({
      ...size,
      ...(isLast ? await repeated(once, first, budget) : { seconds: first, repeats: 1 }),
    });
    if (isLast) break;
  }
  return { workload, parts };
}

/** The median of as many repeats as the budget allows, the first among them. */
async function repeated(once: () => Promise<unknown>, first: number, budget: number) {
  const times = [first];
  const start = performance.now();
  while (times.length < REPEATS && (performance.now() - start) / 1000 + 2 * first < budget)
    times.push(await secondsOf(once));
  times.sort((a, b) => a - b);
  return { seconds: times[Math.floor(times.length / 2)] ?? first, repeats: times.length };
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

/** Shares of rows and tokens to try, each a few times the one before. */
const SHARES: Readonly<Record<"train" | "decode", readonly (readonly [number, number])[]>> = {
  train: [
    [1 / 32, 1 / 2],
    [1 / 16, 1],
    [1 / 4, 1],
    [1, 1],
  ],
  decode: [
    [1 / 16, 1 / 16],
    [1, 1 / 16],
    [1, 1 / 4],
    [1, 1],
  ],
};

function sizesOf({ kind, rows, tokens }: Workload): { rows: number; tokens: number }[] {
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
