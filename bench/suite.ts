/** Which contender measures what. */
import { CONTENDERS, NAMES, type ContenderName } from "./contenders.ts";
import type { Job, ModelName, Skipped, Workload } from "./workload.ts";

/** The embedded default model: everything is measured with it. */
const DEFAULT: ModelName = "abacus-0.2M";
/** All, in the order in which they run. */
export const MODELS: readonly ModelName[] = [DEFAULT, "abacus-0.1M", "abacus-0.5M", "SmolLM2-135M shape"];

/** Workloads by what `--workloads` calls them; the last two show how decoding grows, with the default model alone. */
const WORKLOADS = {
  decode: [{ kind: "decode", rows: 64, tokens: 64 }],
  train: [{ kind: "train", rows: 32, tokens: 96 }],
  ttrl: [{ kind: "ttrl", rows: 64, tokens: 64 }],
  votes: [
    { kind: "decode", rows: 8, tokens: 16 },
    { kind: "decode", rows: 256, tokens: 16 },
  ],
  length: [{ kind: "decode", rows: 64, tokens: 256 }],
} as const satisfies Readonly<Record<string, readonly Omit<Workload, "model">[]>>;

export type WorkloadName = keyof typeof WORKLOADS;
export const WORKLOAD_NAMES = Object.keys(WORKLOADS) as WorkloadName[]; // of a literal without other keys
const GROWTH: readonly WorkloadName[] = ["votes", "length"];

/** What was asked for, and how. */
export interface Asked {
  readonly contenders: readonly ContenderName[];
  readonly models: readonly ModelName[];
  readonly workloads: readonly WorkloadName[];
  /** Who runs all of each workload. */
  readonly full: readonly ContenderName[];
  /** Seconds. */
  readonly budget: number;
}

function workloadsOf(model: ModelName, contender: ContenderName, asked: readonly WorkloadName[]): Workload[] {
  return asked
    .filter((name) => model === DEFAULT || !GROWTH.includes(name))
    .flatMap((name) => WORKLOADS[name].map((workload): Workload => ({ model, ...workload })))
    .filter(({ kind }) => kind === "decode" || !CONTENDERS[contender].decodesOnly);
}

/** Contenders that a software adapter would keep for minutes: measured with the default model alone, unless asked for. */
const SLOW: readonly ContenderName[] = ["nanogpt", "transformers-webgpu"];
/** Measured with the largest model: minutes of WASM would say little, and its training state comes near WASM's memory. */
const LARGE: readonly ContenderName[] = ["engine", "engine-f16", "tensorflow-webgpu", "jax-webgpu"];

/** Who runs with a model when all are asked for. */
function contendersOf(model: ModelName, asked: readonly ContenderName[]): readonly ContenderName[] {
  if (model === DEFAULT) return asked;
  return asked.filter((name) =>
    model === "SmolLM2-135M shape" ? LARGE.includes(name) : !SLOW.includes(name),
  );
}

/** Jobs in the order in which they run: contenders of one model follow each other, so that a noisy minute hits all. */
export function jobs({ contenders, models, workloads, full, budget }: Asked): Job[] {
  return MODELS.filter((model) => models.includes(model)).flatMap((model) =>
    contendersOf(model, contenders)
      .map((contender): Job => {
        const own = workloadsOf(model, contender, workloads);
        return { contender, model, budget, workloads: own, full: full.includes(contender) };
      })
      .filter((job) => job.workloads.length > 0),
  );
}

/** What the suite leaves out by itself, to be named in the report. */
export function leftOut({ contenders, models }: Asked): Skipped[] {
  return models.flatMap((model) => {
    const run = contendersOf(model, contenders);
    return contenders
      .filter((name) => !run.includes(name))
      .map((contender): Skipped => {
        const reason =
          model === "SmolLM2-135M shape"
            ? "at this size only WebGPU contenders that train are measured"
            : `measured with ${DEFAULT} alone, to bound the time of a software adapter`;
        return { contender, model, what: "everything", reason };
      });
  });
}

/** What was not asked for, in words. */
export function notAsked({ contenders, models, workloads }: Asked): string[] {
  const line = (what: string, all: readonly string[], asked: readonly string[]): string[] => {
    const missing = all.filter((name) => !asked.includes(name));
    return missing.length === 0 ? [] : [`${what} ${missing.join(", ")}`];
  };
  return [
    ...line("models", MODELS, models),
    ...line("contenders", NAMES, contenders),
    ...line("workloads", WORKLOAD_NAMES, workloads),
  ];
}
