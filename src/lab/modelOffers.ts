/** Demands of the curated models on a machine: download, memory under the current settings, and settings that would fit. */
import { CURATED, type CuratedModel } from "../hub/curated.ts";
import { hubIdText } from "../hub/hubId.ts";
import { readModelConfig } from "../model/language/config.ts";
import { SMALLER_MODEL } from "../model/memory/advice.ts";
import type { Machine, MemoryPlan } from "../model/memory/planMemory.ts";
import { trainedParameters } from "../model/memory/trainedParameters.ts";
import { limitsObstacle } from "../model/openPolicy.ts";
import { parameterCount } from "../model/weights/parameters.ts";
import type { AdapterSettings } from "../rl/config/adapterFields.ts";
import type { TtrlConfig } from "../rl/ttrlConfig.ts";
import { assumedPrompts, planRun } from "./memoryPlan.ts";

/** Settings that a variant changes. */
export type VariantSettings = Pick<AdapterSettings, "trainable" | "basePrecision">;

/** One way to run a model: with the current settings, or with an adapter on a base in less memory. */
export interface ModelVariant {
  /** Format of the download. */
  readonly format: "bf16" | "q8_0" | "q4_0";
  /** Of the download, pinned to a commit. */
  readonly id: string;
  /** Bytes of the download's weights. */
  readonly bytes: number;
  /** Null with the current settings. */
  readonly settings: VariantSettings | null;
  /** Bytes of memory and those available; null where the backend has no plan, the limit also where it is unknown. */
  readonly memory: Pick<MemoryPlan, "total" | "limit" | "path"> | null;
  /** Why it does not fit, and the smallest change that makes it fit; null if it fits. */
  readonly problem: string | null;
}

export interface ModelOffer extends Pick<
  CuratedModel,
  "repository" | "commit" | "licence" | "gate" | "about"
> {
  readonly parameters: number;
  /** Positions, in tokens. */
  readonly context: number;
  /** The first is that with the current settings; others are offered where they take less memory. */
  readonly variants: readonly [ModelVariant, ...ModelVariant[]];
}

/** Offers every curated model, one at a time, as planning takes up to seconds each. `machine` is null without a plan. */
export async function* offerModels(config: TtrlConfig, machine: Machine | null): AsyncGenerator<ModelOffer> {
  for (const model of CURATED) yield await offerModel(model, config, machine);
}

async function offerModel(
  curated: CuratedModel,
  config: TtrlConfig,
  machine: Machine | null,
): Promise<ModelOffer> {
  const { repository, commit, licence, gate, about } = curated;
  const shape = readModelConfig(curated.config);
  const asSet = await planVariant(curated, null, config, machine);
  return {
    ...{ repository, commit, licence, gate, about },
    parameters: parameterCount(shape),
    context: shape.maxPositions,
    variants: [asSet, ...(machine === null ? [] : await smallerVariants(asSet, curated, config, machine))],
  };
}

/** Share of the memory of the one before that a further variant may take at most: others are not worth a choice. */
const WORTHWHILE = 0.9;

/**
 * Returns the variants that fit in less memory or are a smaller download; if none fits, the one of least memory, where
 * shorter responses would make it fit.
 */
async function smallerVariants(
  asSet: ModelVariant,
  curated: CuratedModel,
  config: TtrlConfig,
  machine: Machine,
): Promise<ModelVariant[]> {
  const fitting: ModelVariant[] = [];
  let [least, bytes] = [asSet, asSet.bytes];
  for (const basePrecision of machine.adapter === null ? (["f32"] as const) : PACKED) {
    const variant = await planVariant(curated, { trainable: "lora", basePrecision }, config, machine);
    const isLess = totalOf(variant) <= WORTHWHILE * totalOf(least);
    if (!isLess && (variant.bytes >= bytes || totalOf(variant) > totalOf(asSet))) continue;
    if (isLess) least = variant;
    bytes = Math.min(bytes, variant.bytes);
    if (variant.problem === null) fitting.push(variant);
  }
  const fits = asSet.problem === null || fitting.length > 0;
  return fits || least === asSet || isHopeless(least) ? fitting : [least];
}

function totalOf({ memory }: ModelVariant): number {
  return memory?.total ?? Infinity;
}

/** True if no setting makes a variant fit. */
function isHopeless({ problem }: ModelVariant): boolean {
  return problem?.endsWith(SMALLER_MODEL) === true;
}

const PACKED = ["f16", "q8_0", "q4_0"] as const;

async function planVariant(
  { repository, commit, bytes, config: json, ggufs }: CuratedModel,
  settings: VariantSettings | null,
  config: TtrlConfig,
  machine: Machine | null,
): Promise<ModelVariant> {
  const base = settings?.basePrecision;
  const gguf = base === "q8_0" || base === "q4_0" ? ggufs[base] : undefined;
  const weights = gguf ?? { repository, commit, bytes, file: null };
  const download = {
    format: gguf === undefined || base === undefined || base === "f16" || base === "f32" ? "bf16" : base,
    id: hubIdText({ ...weights, revision: weights.commit }),
    bytes: weights.bytes,
    settings,
  } as const;
  if (machine === null) return { ...download, memory: null, problem: null };
  const shape = readModelConfig(json);
  const changed = { ...config, ...settings };
  const { adapter } = machine;
  const obstacle = adapter && limitsObstacle(shape, adapter, trainedParameters(shape, changed));
  if (obstacle !== null) return { ...download, memory: null, problem: obstacle };
  const { total, limit, path, problem } = await planRun(shape, assumedPrompts(config), changed, machine);
  return { ...download, memory: { total, limit, path }, problem };
}
