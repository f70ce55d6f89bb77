/** The measurements of each contender. */
import { CONTENDERS, type ContenderName } from "../contenders/contenders.ts";
import type { ModelName, Workload } from "../contenders/workload.ts";
import type { Job, Skipped } from "./job.ts";

/** The embedded default model, on which everything is measured. */
const DEFAULT: ModelName = "abacus-0.2M";
/** All models, in the order in which they run. */
export const MODELS: readonly ModelName[] = [DEFAULT, "abacus-0.1M", "abacus-0.5M", "SmolLM2-135M shape"];

/** Workloads by their names for `--workloads`; the last two show how decoding scales, on the default model only. */
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

/** The requested measurements. */
export interface Asked {
  readonly contenders: readonly ContenderName[];
  /** True if the contenders were named by `--only`. */
  readonly named: boolean;
  /** True on a software adapter. */
  readonly software: boolean;
  readonly models: readonly ModelName[];
  readonly workloads: readonly WorkloadName[];
  /** Contenders that run each workload in full, on the default model or the only one. */
  readonly full: readonly ContenderName[];
  /** Seconds per workload. */
  readonly budget: number;
}

function workloadsOf(model: ModelName, contender: ContenderName, asked: readonly WorkloadName[]): Workload[] {
  return asked
    .filter((name) => model === DEFAULT || !GROWTH.includes(name))
    .flatMap((name) => WORKLOADS[name].map((workload): Workload => ({ model, ...workload })))
    .filter(({ kind }) => kind === "decode" || !CONTENDERS[contender].decodesOnly);
}

/** Contenders that take minutes on a software adapter: measured on the default model only. */
const SLOW: readonly ContenderName[] = ["nanogpt", "transformers-webgpu"];
/** Contenders measured on the largest model; on WASM its training state would nearly exceed the memory. */
const LARGE: readonly ContenderName[] = ["engine", "tensorflow-webgpu", "jax-webgpu"];

/** Returns why a contender not named by `--only` skips a model; null if it runs. */
function whyNot(contender: ContenderName, model: ModelName, { named, software }: Asked): string | null {
  if (named || model === DEFAULT) return null;
  if (model === "SmolLM2-135M shape" && !LARGE.includes(contender))
    return "at this size only WebGPU contenders that train are measured, unless others are named with --only";
  if (software && SLOW.includes(contender))
    return `measured only with ${DEFAULT}, to bound the time of a software adapter`;
  return null;
}

/** Returns the jobs in order: all contenders of one model in sequence, so that other load on the machine affects all alike. */
export function jobs(asked: Asked): Job[] {
  const { contenders, models, workloads, full, budget } = asked;
  return MODELS.filter((model) => models.includes(model)).flatMap((model) =>
    contenders
      .filter((contender) => whyNot(contender, model, asked) === null)
      .map((contender): Job => {
        const canBeFull = model === DEFAULT || models.length === 1; // larger models would take hours
        const own = workloadsOf(model, contender, workloads);
        return { contender, model, budget, workloads: own, full: canBeFull && full.includes(contender) };
      })
      .filter((job) => job.workloads.length > 0),
  );
}

/** Returns the combinations that the suite skips, for the report. */
export function leftOut(asked: Asked): Skipped[] {
  return asked.models.flatMap((model) =>
    asked.contenders.flatMap((contender): Skipped[] => {
      const reason = whyNot(contender, model, asked);
      return reason === null ? [] : [{ contender, model, what: "everything", reason }];
    }),
  );
}
