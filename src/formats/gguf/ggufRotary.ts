/**
 * RoPE scaling in GGUF files and in Hugging Face's `rope_scaling`. llama.cpp has no metadata for Llama 3's scaling: its
 * converter writes a tensor of divisors of the frequencies, from which the settings are reconstructed.
 */
import { at } from "../../math/at.ts";
import { rotaryFrequencies, type Rotary, type RopeScaling } from "../../math/rotary.ts";
import type { MetadataValue } from "./ggufHeaderBytes.ts";
import type { GgufMetadata } from "./ggufMetadata.ts";
import { GgufError } from "./ggufError.ts";
import type { JsonObject } from "../jsonObject.ts";

/** Name of the tensor of divisors [headDim/2]. */
export const ROPE_DIVISORS = "rope_freqs.weight";

/** Relative; divisors are computed and stored in float32. */
const TOLERANCE = 1e-4;

/** Returns the divisors of rotary frequencies [headDim/2]; null unless the scaling is Llama 3's. */
export function ropeDivisors(rotary: Rotary): Float32Array | null {
  if (rotary.ropeScaling?.type !== "llama3") return null;
  const scaled = rotaryFrequencies(rotary);
  return Float32Array.from(
    rotaryFrequencies({ ...rotary, ropeScaling: null }),
    (plain, i) => plain / at(scaled, i),
  );
}

/** Returns the metadata of a linear scaling. */
export function rotaryMetadata(architecture: string, { ropeScaling }: Rotary): [string, MetadataValue][] {
  if (ropeScaling?.type !== "linear") return [];
  return [
    [`${architecture}.rope.scaling.type`, { text: "linear" }],
    [`${architecture}.rope.scaling.factor`, { float32: ropeScaling.factor }],
  ];
}

/**
 * Returns `rope_scaling` for a file's metadata and divisors, null without scaling. Unknown types are passed on, to be
 * rejected with the configuration. Throws `GgufError` for divisors that are not Llama 3's.
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
    again.every((divisor, i) => Math.abs(divisor / at(divisors, i) - 1) <= TOLERANCE);
  if (ropeScaling === null || !isSame)
    throw new GgufError(
      `the divisors of rotary frequencies (${ROPE_DIVISORS}) do not match Llama 3's scaling, the only one supported`,
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
 * Reconstructs settings from divisors. Between the divided and the kept frequencies, interpolation is linear in the
 * frequency, so that two points determine the line. Settings that are multiples of each other are equivalent; all published
 * models have a `low_freq_factor` of 1.
 */
function fitted(
  divisors: Float32Array,
  frequencies: Float64Array,
): Extract<RopeScaling, { type: "llama3" }> | null {
  const factor = divisors.reduce((most, divisor) => Math.max(most, divisor), 1);
  const between = [...divisors.entries()].flatMap(([i, divisor]) => {
    const isBetween = divisor > 1 + TOLERANCE && divisor < factor * (1 - TOLERANCE);
    const smooth = (1 / divisor - 1 / factor) / (1 - 1 / factor);
    return isBetween ? [{ frequency: at(frequencies, i), smooth }] : [];
  });
  const [fast, slow] = [between[0], between.at(-1)];
  if (fast === undefined || slow === undefined || fast === slow) return null;
  const slope = (fast.smooth - slow.smooth) / (fast.frequency - slow.frequency);
  const highFrequency = rounded(1 - 1 / (slow.smooth - slope * slow.frequency), 1e3);
  const originalPositions = Math.round(2 * Math.PI * slope * (highFrequency - 1));
  return { type: "llama3", factor: rounded(factor, 1e3), lowFrequency: 1, highFrequency, originalPositions };
}

/** Rounds to a multiple of 1 / `parts`. */
function rounded(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}
