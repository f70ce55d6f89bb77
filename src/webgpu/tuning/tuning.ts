/**
 * Chooses the fastest variant of each kernel on a device, measured once with the sizes of a model and remembered. A variant
 * qualifies only if its results equal those of the default.
 */
import { describeAdapter } from "../device/adapter.ts";
import type { DecoderShape } from "../../decoder/decoderShape.ts";
import type { Gpu } from "../device/device.ts";
import type { LayerBlock } from "../layout/parameterLayout.ts";
import { applyChoices, tuningFamilies, type Family } from "./tuningFamilies.ts";
import { GpuTrials, type Measure } from "./tuningTrials.ts";

/** Persistent storage of choices. */
export interface TuningMemory {
  /** Returns the value stored under the key, or null. */
  read: (key: string) => Promise<string | null>;
  write: (key: string, value: string) => Promise<void>;
}

/** The variant chosen for a family, and the source of that choice. */
export interface Choice {
  readonly family: string;
  readonly variant: string;
  readonly source: "measured" | "remembered" | "not measured";
  /** Speed relative to the default variant; null unless measured. */
  readonly speedup: number | null;
  /** Variants that must not run on this device, with reasons. */
  readonly rejected: readonly string[];
}

/** Result of tuning a device for a model. */
export interface Tuning {
  readonly choices: readonly Choice[];
  /** Remarks: why nothing was measured or stored. */
  readonly notes: readonly string[];
}

/**
 * Returns the device with the fastest variants for a model of these sizes. Measures for at most `budget` milliseconds; what
 * is left runs the default until the next start. Software adapters run the defaults.
 */
export async function tuneGpu(
  gpu: Gpu,
  shape: DecoderShape,
  layout: LayerBlock,
  memory: TuningMemory,
  budget: number,
): Promise<{ readonly gpu: Gpu; readonly tuning: Tuning }> {
  const { adapterInfo } = gpu.device;
  if (describeAdapter({ info: adapterInfo }).software)
    return { gpu, tuning: { choices: [], notes: ["a software adapter runs the plain kernels"] } };
  const families = tuningFamilies(gpu.device, shape, layout);
  const { vendor, architecture, device, description } = adapterInfo;
  const adapter = [vendor, architecture, device, description].join(", ");
  const trials = new GpuTrials(gpu, shape, layout, families);
  try {
    const measure: Measure = (...asked) => trials.measure(...asked);
    const tuning = await chooseVariants(families, adapter, memory, measure, budget, () => performance.now());
    const chosen = new Map(tuning.choices.map(({ family, variant }) => [family, variant]));
    return { gpu: { ...gpu, variants: applyChoices(shape, chosen) }, tuning };
  } finally {
    trials.dispose();
    gpu.fault.throwIfAborted();
  }
}

/** Chooses a variant for each family, from stored results of this adapter and these kernels or by measuring. */
export async function chooseVariants(
  families: readonly Family[],
  adapter: string,
  memory: TuningMemory,
  measure: Measure,
  budget: number,
  now: () => number,
): Promise<Tuning> {
  const notes: string[] = [];
  const note = (what: string) => (error: unknown) => {
    notes.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  };
  const key = `${adapter}: ${digest(families)}`;
  const remembered = parse(await memory.read(key).catch(note("what was measured before could not be read")));
  const deadline = now() + budget;
  const choices: Choice[] = [];
  for (const family of families) {
    const variant = remembered[family.name];
    if (typeof variant === "string" && family.candidates.has(variant))
      choices.push({ ...plain(family), variant, source: "remembered" });
    else choices.push(now() < deadline ? await fastest(family, measure) : plain(family));
  }
  if (choices.some(({ source }) => source === "measured")) {
    const known = choices.filter(({ source }) => source !== "not measured");
    const value = JSON.stringify(Object.fromEntries(known.map(({ family, variant }) => [family, variant])));
    await memory.write(key, value).catch(note("what was measured will not be remembered"));
  }
  return { choices, notes };
}

function plain({ name, candidates }: Family): Choice {
  const [variant = ""] = candidates.keys();
  return { family: name, variant, source: "not measured", speedup: null, rejected: [] };
}

/** Measures all variants of a family. */
async function fastest(family: Family, measure: Measure): Promise<Choice> {
  const times: { variant: string; milliseconds: number }[] = [];
  const rejected: string[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const variant of family.candidates.keys()) {
    const outcome = await measure(family, variant, least);
    if ("problem" in outcome) {
      rejected.push(`${variant}: ${outcome.problem}`);
      continue;
    }
    times.push({ variant, milliseconds: outcome.milliseconds });
    least = Math.min(least, outcome.milliseconds);
  }
  const usual = plain(family);
  const best = times.find(({ milliseconds }) => milliseconds === least);
  const before = times.find(({ variant }) => variant === usual.variant);
  if (best === undefined || before === undefined) return { ...usual, rejected };
  const speedup = before.milliseconds / best.milliseconds;
  return { ...usual, variant: best.variant, source: "measured", speedup, rejected };
}

/** Parses stored choices; damaged ones count as none and are measured again. */
function parse(text: string | null): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text ?? "null")) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** FNV-1a digest of the kernel texts, which contain all sizes: changed kernels are measured again. */
function digest(families: readonly Family[]): string {
  let hash = 0x811c9dc5;
  for (const { name, lines, candidates } of families) {
    for (const text of [name, String(lines), ...[...candidates.values()].map(({ wgsl }) => wgsl)]) {
      for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    }
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/** Describes the choices: a line for each that is not the default, and the rejected variants. */
export function describeTuning({ choices, notes }: Tuning): string[] {
  const lines = choices.flatMap(({ family, variant, source, speedup, rejected }) => {
    const how = speedup === null ? source : `${source}, ${speedup.toFixed(1)} times the plain one`;
    return [`${family}: ${variant} (${how})`, ...rejected.map((each) => `${family} cannot run ${each}`)];
  });
  return [...lines, ...notes];
}
