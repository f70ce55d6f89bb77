/**
 * The scaling of rotary frequencies in a GGUF file <-> Hugging Face's `rope_scaling`. llama.cpp has no settings for Llama
 * 3's scaling: its converter writes what each frequency is divided by, a tensor, from which the settings are found again.
 */
import { rotaryFrequencies, type Rotary, type RopeScaling } from "../../math/rotary.ts";
import type { MetadataValue } from "./ggufHeaderBytes.ts";
import type { GgufMetadata } from "./ggufMetadata.ts";
import { GgufError } from "./ggufError.ts";
import type { JsonObject } from "../jsonObject.ts";

/** The tensor of divisors [headDim/2]. */
export const ROPE_DIVISORS = "rope_freqs.weight";

/** Divisors are float32, and the published ones were computed in it. */
const TOLERANCE = 1e-4;

/** What each frequency is divided by; null where one number says it, or nothing needs to. */
export function ropeDivisors(rotary: Rotary): Float32Array | null {
  if (rotary.ropeScaling?.type !== "llama3") return null;
  const scaled = rotaryFrequencies(rotary);
  return Float32Array.from(
    rotaryFrequencies({ ...rotary, ropeScaling: null }),
    (plain, i) => plain / (scaled[i] ?? Number.NaN),
  );
}

/** Metadata of the scalings that llama.cpp has settings for. */
export function rotaryMetadata(architecture: string, { ropeScaling }: Rotary): [string, MetadataValue][] {
  if (ropeScaling?.type !== "linear") return [];
  return [
    [`${architecture}.rope.scaling.type`, { text: "linear" }],
    [`${architecture}.rope.scaling.factor`, { float32: ropeScaling.factor }],
  ];
}

/**
 * `rope_scaling` of a file's metadata and divisors, null where positions are as they were trained. Names what it does not
 * know, so that whoever reads the configuration can refuse it; throws `GgufError` for divisors that are not Llama 3's.
 */
export function readRopeScaling(
  architecture: string,
  metadata: GgufMetadata,
  divisors: Float32Array | undefined,
  rotary: Omit<Rotary, "ropeScaling">,
): JsonObject | null {
  if (divisors !== undefined) return llama3Settings(divisors, rotary);
  const type = metadata.text(`${architecture}.rope.scaling.type`) ?? "none";
  const factor = metadata.number(`${architecture}.rope.scaling.factor`);
  return type === "none" ? null : { rope_type: type, factor };
}

function llama3Settings(divisors: Float32Array, rotary: Omit<Rotary, "ropeScaling">): JsonObject {
  const ropeScaling = fitted(divisors, rotaryFrequencies({ ...rotary, ropeScaling: null }));
  const again = ropeScaling === null ? null : ropeDivisors({ ...rotary, ropeScaling });
  const isSame =
    again?.length === divisors.length &&
    again.every((divisor, i) => Math.abs(divisor / (divisors[i] ?? Number.NaN) - 1) <= TOLERANCE);
  if (ropeScaling === null || !isSame)
    throw new GgufError(
      `its divisors of rotary frequencies (${ROPE_DIVISORS}) are not those of Llama 3's scaling, which runs`,
      "Open the model's Hugging Face folder instead.",
    );
  return {
    rope_type: "llama3",
    factor: ropeScaling.factor,
    low_freq_factor: ropeScaling.lowFrequency,
    high_freq_factor: ropeScaling.highFrequency,
    original_max_position_embeddings: ropeScaling.originalPositions,
  };
}

/**
 * The settings that give such divisors. Between the frequencies that are kept and those that are divided by the whole
 * factor, the kept share grows in proportion to the frequency; two points tell the line. Settings that are multiples of
 * each other mean the same; of all published models the lower bound is 1.
 */
function fitted(
  divisors: Float32Array,
  frequencies: Float64Array,
): Extract<RopeScaling, { type: "llama3" }> | null {
  const factor = divisors.reduce((most, divisor) => Math.max(most, divisor), 1);
  const between = [...divisors.entries()].flatMap(([i, divisor]) => {
    const isBetween = divisor > 1 + TOLERANCE && divisor < factor * (1 - TOLERANCE);
    const smooth = (1 / divisor - 1 / factor) / (1 - 1 / factor);
    return isBetween ? [{ frequency: frequencies[i] ?? Number.NaN, smooth }] : [];
  });
  const [fast, slow] = [between[0], between.at(-1)];
  if (fast === undefined || slow === undefined || fast === slow) return null;
  const slope = (fast.smooth - slow.smooth) / (fast.frequency - slow.frequency);
  const highFrequency = rounded(1 - 1 / (slow.smooth - slope * slow.frequency), 1e3);
  const originalPositions = Math.round(2 * Math.PI * slope * (highFrequency - 1));
  return { type: "llama3", factor: rounded(factor, 1e3), lowFrequency: 1, highFrequency, originalPositions };
}

/** To multiples of 1 / `parts`. */
function rounded(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}
