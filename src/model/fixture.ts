/** Reads the PyTorch fixtures for tests: a tiny random model and what PyTorch computes with it. */
import { readFileSync } from "node:fs";
import { readSafetensors } from "../formats/safetensors.ts";
import { readModelConfig, type ModelConfig } from "./config.ts";
import { createDecoder } from "./languageModel.ts";
import { loadParameters, type HostTensor } from "./parameters.ts";
import type { Decoder } from "./transformer.ts";

/** The loss case of a fixture; arrays are per row, then per response token. */
export interface LossCase {
  readonly promptLengths: readonly number[];
  readonly temperature: number;
  readonly clipLow: number;
  readonly clipHigh: number;
  readonly klCoefficient: number;
  readonly normalizer: number;
  readonly oldLogprobs: readonly (readonly number[])[];
  readonly refLogprobs: readonly (readonly number[])[];
  readonly advantages: readonly (readonly number[])[];
  readonly loss: number;
  readonly logprobs: readonly (readonly number[])[];
  readonly entropies: readonly (readonly number[])[];
}

interface Expected {
  readonly rows: readonly (readonly number[])[];
  readonly greedy: { readonly prompt: readonly number[]; readonly tokens: readonly number[] };
  readonly loss: LossCase;
}

export interface Fixture {
  readonly config: ModelConfig;
  readonly weights: ReadonlyMap<string, HostTensor>;
  readonly expected: Expected;
  /** "logits.<row>" [T, V] and "gradient.<parameter>". */
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

export const FIXTURES = ["tiny-llama", "tiny-qwen2"] as const;

const folder = new URL("./fixtures/", import.meta.url);

/** Loads a fixture by name. */
export function loadFixture(name: (typeof FIXTURES)[number]): Fixture {
  const read = (file: string): Buffer => readFileSync(new URL(`${name}/${file}`, folder));
  return {
    config: readModelConfig(JSON.parse(read("config.json").toString())),
    weights: readSafetensors(read("model.safetensors")).tensors,
    expected: JSON.parse(read("expected.json").toString()) as Expected, // our own committed file
    tensors: readSafetensors(read("expected.safetensors")).tensors,
  };
}

/** The fixture's decoder on the current backend. */
export function fixtureDecoder({ config, weights }: Fixture): Decoder {
  return createDecoder(config, loadParameters(config, weights));
}
