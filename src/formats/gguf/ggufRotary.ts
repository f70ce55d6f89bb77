/**
 * RoPE scaling in GGUF files and in Hugging Face's `rope_scaling`. llama.cpp has no metadata for Llama 3's scaling: its
 * converter writes a tensor of divisors of the frequencies, from which the settings are reconstructed.
 */
import { at } from "../../math/at.ts";
import { rotaryFrequencies, type Rotary, type RopeScaling } from "../../math/rotary.ts";
import type { MetadataValue } from "./ggufHeaderBytes.ts";
import type { GgufMetadata } from "./ggufMetadata.ts";
import { GgufError, GgufExportError } from "./ggufError.ts";
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

/** Returns the metadata of a scaling; llama.cpp reads those of a linear one, only the lab those of Llama 3's. Throws `GgufExportError`. */
export function rotaryMetadata(architecture: string, { ropeScaling }: Rotary): [string, MetadataValue][] {
  if (ropeScaling === null) return [];
  if (ropeScaling.type === "yarn") throw new GgufExportError("YaRN scaling is written to folders only");
  if (ropeScaling.type === "llama3")
    return Object.entries({
      factor: ropeScaling.factor,
      low_freq_factor: ropeScaling.lowFrequency,
      high_freq_factor: ropeScaling.highFrequency,
      original_max_position_embeddings: ropeScaling.originalPositions,
    }).map(([key, float32]) => [OWN + key, { float32 }]);
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
  const scaling = scalingOf(architecture, metadata);
  if (divisors === undefined) return scaling;
  if (scaling !== null)
    throw new GgufError(
      `rotary frequencies are both divided by ${ROPE_DIVISORS} and scaled (${architecture}.rope.scaling)`,
      "Open the model's Hugging Face folder instead.",
    );
  return divisors.every((divisor) => divisor === 1) ? null : llama3Settings(metadata, divisors, rotary);
}

/** Like llama.cpp: a factor without a type is linear, the older key counts where the newer is absent, 0 is no factor. */
function scalingOf(architecture: string, metadata: GgufMetadata): JsonObject | null {
  const of = (key: string): number | undefined => metadata.number(`${architecture}.rope.${key}`);
  const type = metadata.text(`${architecture}.rope.scaling.type`) ?? "linear";
  const given = of("scaling.factor") ?? of("scale_linear") ?? 0;
  const factor = given === 0 ? 1 : given;
  if (type === "yarn")
    throw new GgufError(
      `${architecture}.rope.scaling.type is yarn, which is read from Hugging Face folders only`,
      "Open the model's Hugging Face folder instead.",
    );
  if (type === "none" || (type === "linear" && factor === 1)) return null;
  const original = of("scaling.original_context_length");
  return {
    rope_type: type,
    factor,
    ...(type !== "linear" && original !== undefined && { original_max_position_embeddings: original }),
  };
}

type Llama3 = Extract<RopeScaling, { type: "llama3" }>;

function llama3Settings(
  metadata: GgufMetadata,
  divisors: Float32Array,
  rotary: Omit<Rotary, "ropeScaling">,
): JsonObject {
  const isTheirs = (ropeScaling: Llama3): boolean => {
    const again = ropeDivisors({ ...rotary, ropeScaling });
    return (
      again?.length === divisors.length &&
      again.every((divisor, i) => Math.abs(divisor / at(divisors, i) - 1) <= TOLERANCE)
    );
  };
  const frequencies = rotaryFrequencies({ ...rotary, ropeScaling: null });
  const ropeScaling = candidates(metadata, divisors, frequencies).find(isTheirs);
  if (ropeScaling === undefined)
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

/** Settings that may have given the divisors: those of the lab's own files, those fitted, and usual ones. */
function candidates(metadata: GgufMetadata, divisors: Float32Array, frequencies: Float64Array): Llama3[] {
  const of = (key: string): number => metadata.number(OWN + key) ?? NaN;
  const own: Llama3 = {
    type: "llama3",
    factor: of("factor"),
    lowFrequency: of("low_freq_factor"),
    highFrequency: of("high_freq_factor"),
    originalPositions: of("original_max_position_embeddings"),
  };
  const largest = rounded(
    divisors.reduce((most, divisor) => Math.max(most, divisor)),
    1e3,
  );
  const usual = USUAL_POSITIONS.flatMap((originalPositions) =>
    USUAL_HIGH.map((highFrequency): Llama3 => {
      return { type: "llama3", factor: largest, lowFrequency: 1, highFrequency, originalPositions };
    }),
  );
  const found = fitted(divisors, frequencies);
  return [...(Number.isNaN(own.factor) ? [] : [own]), ...(found === null ? [] : [found]), ...usual];
}

/** Prefix of the settings in the lab's own files, which few divisors do not determine. */
const OWN = "ttrl_lab.rope.llama3.";

/** Settings that are tried where fewer than two divisors lie between 1 and the factor. */
const USUAL_POSITIONS = [8192, ...Array.from({ length: 15 }, (_, i) => 2 ** (i + 4))];
const USUAL_HIGH = [4, ...Array.from({ length: 31 }, (_, i) => i + 2)];

/**
 * Reconstructs settings from divisors. Between the divided and the kept frequencies, interpolation is linear in the
 * frequency, so that two points determine the line. Settings that are multiples of each other are equivalent; all published
 * models have a `low_freq_factor` of 1.
 */
function fitted(divisors: Float32Array, frequencies: Float64Array): Llama3 | null {
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
