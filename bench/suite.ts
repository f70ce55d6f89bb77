/** Which contender measures what. */
import type { ContenderName } from "./contenders.ts";
import type { Job, ModelName, Skipped, Workload } from "./workload.ts";

/** The embedded default model: everything is measured with it. */
const DEFAULT: ModelName = "abacus-0.2M";
const OTHERS: readonly ModelName[] = ["abacus-0.1M", "abacus-0.5M", "SmolLM2-135M shape"];
const VOTES = [8, 256];

function standard(model: ModelName): Workload[] {
  return [
    { model, kind: "decode", rows: 64, tokens: 64 },
    { model, kind: "train", rows: 32, tokens: 96 },
    { model, kind: "ttrl", rows: 64, tokens: 64 },
  ];
}

/** Contenders that a software adapter would keep for minutes: measured with the default model alone, unless asked for. */
const SLOW: readonly ContenderName[] = ["nanogpt", "transformers-webgpu"];
/** Measured with the largest model: minutes of WASM would say little, and its training state comes near WASM's memory. */
const LARGE: readonly ContenderName[] = ["engine", "tensorflow-webgpu", "jax-webgpu"];

/** Who runs with a model when all are asked for. */
function contendersOf(model: ModelName, asked: readonly ContenderName[]): readonly ContenderName[] {
  if (model === DEFAULT) return asked;
  return asked.filter((name) =>
    model === "SmolLM2-135M shape" ? LARGE.includes(name) : !SLOW.includes(name),
  );
}

/** Jobs in the order in which they run: contenders of one model follow each other, so that a noisy minute hits all. */
export function jobs(
  contenders: readonly ContenderName[],
  models: readonly ModelName[],
  budget: number,
): Job[] {
  return [DEFAULT, ...OTHERS]
    .filter((model) => models.includes(model))
    .flatMap((model) =>
      contendersOf(model, contenders).map((contender): Job => {
        const votes = VOTES.map((rows): Workload => ({ model, kind: "decode", rows, tokens: 16 }));
        return {
          contender,
          model,
          budget,
          workloads: [...standard(model), ...(model === DEFAULT ? votes : [])],
        };
      }),
    );
}

/** What the suite leaves out by itself, to be named in the report. */
export function leftOut(contenders: readonly ContenderName[], models: readonly ModelName[]): Skipped[] {
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
