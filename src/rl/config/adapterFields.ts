/** Settings of what is trained: all weights, or a LoRA adapter. */
import { choice, integer, real, type ConfigOf } from "./field.ts";

/** In the order a form shows them. */
export const ADAPTER_FIELDS = {
  trainable: choice(
    { group: "Adapter", label: "Trained", choices: ["all", "lora"] },
    "What is trained: all weights, or a LoRA adapter, which takes a fraction of the memory and needs about ten times the learning rate. Critic, teacher and reward model are trained the same way.",
  ),
  loraRank: integer(
    { group: "Adapter", label: "Rank", default: 16, bounds: [1, 256] },
    "With lora, the rank of the adapter: higher can learn more and takes more memory.",
  ),
  loraAlpha: real(
    { group: "Adapter", label: "Alpha", default: 32, bounds: [0.01, 4096] },
    "With lora, the adapter's output is scaled by alpha / rank; higher learns faster.",
  ),
  loraDropout: real(
    { group: "Adapter", label: "Dropout", default: 0, bounds: [0, 0.9] },
    "With lora, the share of the adapter's inputs dropped in training. Sampling drops none, so probability ratios do not start at 1.",
  ),
  loraTargets: choice(
    { group: "Adapter", label: "Target modules", choices: ["all-linear", "attention", "query-value"] },
    "With lora, the matrices that get an adapter: all seven of a layer, the four of its attention, or queries and values only.",
  ),
  basePrecision: choice(
    { group: "Adapter", label: "Base precision", choices: ["f32", "f16", "q8_0", "q4_0"] },
    "With lora on WebGPU, the precision of the frozen weights on the GPU: float32, float16, or llama.cpp's 8-bit and 4-bit blocks. Lower precision fits larger models and changes their outputs slightly; a GGUF file in the same format loses nothing more. Other backends support f32 only.",
  ),
} as const;

/** The values of these settings. */
export type AdapterSettings = ConfigOf<typeof ADAPTER_FIELDS>;

/** Precision of the frozen weights under an adapter. */
export type BasePrecision = AdapterSettings["basePrecision"];

/** Returns conflicts between these settings, as sentences a user can act on. */
export function adapterProblems(values: Readonly<Record<string, unknown>>): string[] {
  const { basePrecision: kept = "f32", trainable = "all" } = values;
  if (typeof kept !== "string" || kept === "f32" || trainable === "lora") return [];
  return [`basePrecision (${kept}) must be f32 unless trainable is lora: all weights are trained in f32`];
}
