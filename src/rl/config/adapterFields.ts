/** The part of the configuration's table that says what is trained: all weights, or an adapter beside them (LoRA). */
import { choice, integer, real } from "./configField.ts";

/** What these fields hold. */
export interface AdapterFieldsConfig {
  readonly trainable: "all" | "lora";
  readonly loraRank: number;
  readonly loraAlpha: number;
  readonly loraDropout: number;
  readonly loraTargets: LoraTargets;
  readonly basePrecision: BasePrecision;
}

/** How the weights under an adapter are kept. */
export type BasePrecision = "f32" | "f16" | "q8_0" | "q4_0";

/** ExtraEvaluations which matrices of each layer an adapter stands. */
export type LoraTargets = "all-linear" | "attention" | "query-value";

/** In the order a form shows them. */
export const ADAPTER_FIELDS = {
  trainable: choice(
    "Adapter",
    "Trained",
    ["all", "lora"],
    "What learns: all weights, or a small adapter beside them (LoRA), which takes a fraction of the memory and wants about ten times the learning rate. Critic, teacher and reward model learn in the same way.",
  ),
  loraRank: integer(
    "Adapter",
    "Rank",
    16,
    [1, 256],
    "",
    "With lora, the width of the adapter: a higher one can learn more and takes more memory.",
  ),
  loraAlpha: real(
    "Adapter",
    "Alpha",
    32,
    [0.01, 4096],
    "",
    "With lora, what the adapter adds is multiplied by alpha over rank; a higher one learns faster.",
  ),
  loraDropout: real(
    "Adapter",
    "Dropout",
    0,
    [0, 0.9],
    "",
    "With lora, the share of the adapter's inputs that training leaves out; sampling leaves out none, so ratios start off 1.",
  ),
  loraTargets: choice(
    "Adapter",
    "Beside",
    ["all-linear", "attention", "query-value"],
    "With lora, where the adapter stands: beside all seven matrices of a layer, the four of its attention, or queries and values alone.",
  ),
  basePrecision: choice(
    "Adapter",
    "Base kept in",
    ["f32", "f16", "q8_0", "q4_0"],
    "With lora on WebGPU, how the frozen weights are kept on the GPU: in 4 bytes a weight, in 2, or in blocks of 8 or 4 bits as llama.cpp packs them. Fewer bytes let a larger model fit and change what it says a little; a GGUF file in the same packing loses nothing more. Other backends keep f32 and refuse the rest.",
  ),
} as const;

/** Problems of these fields together, as sentences. */
export function adapterProblems(values: Readonly<Record<string, unknown>>): string[] {
  const { basePrecision: kept = "f32", trainable = "all" } = values;
  if (typeof kept !== "string" || kept === "f32" || trainable === "lora") return [];
  return [`basePrecision (${kept}) must be f32 unless trainable is lora: all weights are trained in f32`];
}
