/** Which contender measures what. */
import { CONTENDERS, NAMES, type ContenderName } from "../contenders/contenders.ts";
import type { Job, Skipped } from "./job.ts";
import type { ModelName, Workload } from "../contenders/workload.ts";

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

type WorkloadName = keyof typeof WORKLOADS;
export const WORKLOAD_NAMES = Object.keys(WORKLOADS) as WorkloadName[]; // of a literal without other keys
const GROWTH: readonly WorkloadName[] = ["votes", "length"];

/** What was asked for, and how. */
export interface Asked {
  readonly contenders: readonly ContenderName[];
  /** Those were asked for by name. */
  readonly named: boolean;
  /** The adapter is a program. */
  readonly software: boolean;
  readonly models: readonly ModelName[];
  readonly workloads: readonly WorkloadName[];
  /** Who runs all of each workload, of the default model or of the only one. */
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

/** Contenders that a software adapter would keep for minutes: measured with the default model alone. */
const SLOW: readonly ContenderName[] = ["nanogpt", "transformers-webgpu"];
/** Measured with the largest model: minutes of WASM would say little, and its training state comes near WASM's memory. */
const LARGE: readonly ContenderName[] = ["engine", "engine-f16", "tensorflow-webgpu", "jax-webgpu"];

/** Why a contender that was not asked for by name does not run with a model, or null when it does. */
function whyNot(contender: ContenderName, model: ModelName, { named, software }: Asked): string | null {
  if (named || model === DEFAULT) return null;
  if (model === "SmolLM2-135M shape" && !LARGE.includes(contender))
    return "at this size only WebGPU contenders that train are measured, unless others are asked for by name";
  if (software && SLOW.includes(contender))
    return `measured with ${DEFAULT} alone, to bound the time of a software adapter`;
  return null;
}

/** Jobs in the order in which they run: contenders of one model follow each other, so that a noisy minute hits all. */
export function jobs(asked: Asked): Job[] {
  const { contenders, models, workloads, full, budget } = asked;
  return MODELS.filter((model) => models.includes(model)).flatMap((model) =>
    contenders
      .filter((contender) => whyNot(contender, model, asked) === null)
      .map((contender): Job => {
        const own = workloadsOf(model, contender, workloads);
        const wholly = model === DEFAULT || models.length === 1; // others' sizes would take hours
        return { contender, model, budget, workloads: own, full: wholly && full.includes(contender) };
      })
      .filter((job) => job.workloads.length > 0),
  );
}

/** What the suite leaves out by itself, to be named in the report. */
export function leftOut(asked: Asked): Skipped[] {
  return asked.models.flatMap((model) =>
    asked.contenders.flatMap((contender): Skipped[] => {
      const reason = whyNot(contender, model, asked);
      return reason === null ? [] : [{ contender, model, what: "everything", reason }];
    }),
  );
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
