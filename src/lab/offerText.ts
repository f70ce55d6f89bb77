/** Texts of page and command line about an offered model: fit, settings and expected speed. */
import { bytesText } from "../math/bytes.ts";
import { SMALLER_MODEL } from "../model/memory/advice.ts";
import type { ModelVariant } from "./modelOffers.ts";

/** Sampling speed of a backend on a machine. */
export interface Speed {
  /** Weights applied per second: sampled tokens a second times the parameters of the measured decoder. */
  readonly weightsPerSecond: number;
}

/** Responses sampled together by the probe. */
export const PROBE_RESPONSES = 16;

/** Where expected speeds come from. */
export const SPEED_BASIS = `Expected speeds are estimates: ${PROBE_RESPONSES} responses sampled together for two seconds with a decoder of 13 million random weights in float32, divided by the parameters of the model. Long texts are slower.`;

/** Assumption of the memory plans of offers. */
export const FIT_BASIS =
  "Planned from each model's config.json for the current settings, with prompts of 128 tokens.";

/** Returns the tokens a second that a model is expected to sample, all responses together: 1234 -> "about 1200 tokens/s". */
export function speedText({ weightsPerSecond }: Speed, parameters: number): string {
  return `about ${String(Number((weightsPerSecond / parameters).toPrecision(2)))} tokens/s`;
}

/** The key that a measured speed is cached under: another backend, device or version is measured again. */
export function speedKey(machine: string, version: string): string {
  return `speed ${version} ${machine}`;
}

/** Returns whether a variant fits, as a sentence that says what would make it fit. */
export function fitText({ memory, problem }: ModelVariant): string {
  const advice = memory?.path === "WASM" && problem?.endsWith(SMALLER_MODEL) === true ? WASM_ADVICE : "";
  if (problem !== null) return `Does not fit: ${problem}${advice}.`;
  if (memory === null) return "This backend has no memory plan.";
  const { total, limit } = memory;
  if (limit !== null) return `Fits: about ${bytesText(total)} of ${bytesText(limit)}.`;
  return `Takes about ${bytesText(total)}: fits a GPU with that much memory.`;
}

/** WASM keeps all weights in float32. */
const WASM_ADVICE =
  ", or use WebGPU, where an adapter (trainable: lora) is trained on a base in f16, q8_0 or q4_0 (basePrecision)";

/** Returns the settings of a variant in words. */
export function variantText({ settings }: ModelVariant): string {
  return settings === null ? "current settings" : `LoRA on a base in ${settings.basePrecision}`;
}
