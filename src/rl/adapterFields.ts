/** The part of the configuration's table that says what is trained: all weights, or an adapter beside them (LoRA). */
import { choice, integer, real } from "./configField.ts";

/** What these fields hold. */
export interface AdapterFieldsConfig {
  readonly trainable: "all" | "lora";
  readonly loraRank: number;
  readonly loraAlpha: number;
  readonly loraDropout: number;
  readonly loraTargets: LoraTargets;
}

/** Beside which matrices of each layer an adapter stands. */
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
} as const;
