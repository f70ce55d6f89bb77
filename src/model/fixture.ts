/** For tests: tiny random models, some with PyTorch's results and one with the project's tokenizer. */
import { readFileSync } from "node:fs";
import type { JsonObject } from "../formats/jsonObject.ts";
import type { ModelFolder } from "../formats/huggingface/modelFolder.ts";
import { readPeftAdapter } from "../formats/huggingface/peftAdapter.ts";
import { readSafetensors } from "../formats/safetensors/safetensors.ts";
import type { UpdateOptions } from "../rl/contracts/policy.ts";
import type { Response, Rollout } from "../rl/contracts/types.ts";
import { adapterFromPeft, mergedWeight, type Adapter } from "./weights/adapter.ts";
import { readModelConfig, writeModelConfig, type ModelConfig } from "./language/config.ts";
import { initialParameters, type HostTensor } from "./weights/parameters.ts";
import { loadParameters } from "./tfjs/tfParameters.ts";
import { createDecoder } from "./tfjs/tfModel.ts";
import type { Decoder } from "./tfjs/transformer.ts";

/** The policy loss of a fixture; arrays are per row, then per response token. */
interface LossCase {
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

export const FIXTURES = ["tiny-llama", "tiny-qwen2", "tiny-llama3", "tiny-mistral", "tiny-qwen3"] as const;

/** Models that TensorFlow.js' operations run, and recorded graphs do not all. */
export const OPERATION_FIXTURES = [...FIXTURES, "tiny-llama-biased"] as const;

const folder = new URL("./fixtures/", import.meta.url);

/** Loads a fixture by name. */
export function loadFixture(name: (typeof OPERATION_FIXTURES)[number]): Fixture {
  const read = (file: string): Buffer => readFileSync(new URL(`${name}/${file}`, folder));
  return {
    config: readModelConfig(JSON.parse(read("config.json").toString())),
    weights: readSafetensors(read("model.safetensors")).tensors,
    expected: JSON.parse(read("expected.json").toString()) as Expected, // committed file
    tensors: readSafetensors(read("expected.safetensors")).tensors,
  };
}

/** Loads a fixture's decoder on the current backend. */
export function fixtureDecoder({ config, weights }: Fixture): Decoder {
  return createDecoder(config, loadParameters(config, weights));
}

/** The smallest decoder that fits the project's tokenizer. */
export const TINY_CONFIG: ModelConfig = {
  architecture: "llama",
  width: 16,
  layers: 2,
  heads: 2,
  kvHeads: 1,
  headDim: 8,
  hiddenWidth: 24,
  vocabulary: 464,
  maxPositions: 128,
  ropeTheta: 10_000,
  ropeScaling: null,
  normEpsilon: 1e-5,
  tied: true,
  qkvBias: false,
  outputBias: false,
  mlpBias: false,
  qkNorm: false,
  eosTokens: [2],
};

const tokenizerFolder = new URL("../../public/models/tokenizer/", import.meta.url);

/** Reads a file of the project's tokenizer. */
export function tokenizerFile(name: "tokenizer.json" | "tokenizer_config.json"): JsonObject {
  return JSON.parse(readFileSync(new URL(name, tokenizerFolder), "utf8")) as JsonObject; // committed file
}

/** Returns a model folder of random weights. The model writes random text, with an occasional single capital letter. */
export function tinyFolder(seed = 1, config = TINY_CONFIG): ModelFolder {
  return {
    config: writeModelConfig(config),
    weights: initialParameters(config, seed),
    tokenizerJson: tokenizerFile("tokenizer.json"),
    tokenizerConfig: tokenizerFile("tokenizer_config.json"),
  };
}

/** Returns a rollout with the same advantage for all tokens. */
export function rolloutOf(prompt: string, response: Response, advantage: number, weight = 1 / 48): Rollout {
  const advantages = new Float32Array(response.tokens.length).fill(advantage);
  return { prompt, response, advantages, weight };
}

/** One setting of the policy loss; arrays are per token. */
export interface PolicyCase {
  readonly settings: Pick<
    UpdateOptions,
    "clipLow" | "clipHigh" | "klCoefficient" | "klEstimator" | "entropyCoefficient"
  > & {
    /** Null for no bound. */
    readonly dualClip: number | null;
  };
  /** verl's name of the aggregation; `weights` are the equivalent token weights. */
  readonly aggregation: string;
  readonly weights: readonly number[];
  readonly loss: number;
  /** With respect to the logits. */
  readonly gradient: readonly (readonly number[])[];
  readonly clipFraction: number;
  readonly clipFractionLow: number;
}

/** The value loss for one clip range, a mean over tokens. */
interface ValueCase {
  readonly clip: number;
  readonly loss: number;
  /** With respect to the predicted values. */
  readonly gradient: readonly number[];
  readonly clipFraction: number;
}

interface Losses {
  /** Length of each response in tokens. */
  readonly lengths: readonly number[];
  readonly logits: readonly (readonly number[])[];
  readonly ids: readonly number[];
  readonly advantages: readonly number[];
  readonly oldLogprobs: readonly number[];
  readonly referenceLogprobs: readonly number[];
  readonly cases: readonly PolicyCase[];
  readonly values: {
    readonly predicted: readonly number[];
    readonly old: readonly number[];
    readonly returns: readonly number[];
    readonly cases: readonly ValueCase[];
  };
}

/** The policy loss and the value loss as verl computes them. */
export const LOSSES = JSON.parse(readFileSync(new URL("losses.json", folder), "utf8")) as Losses; // committed file

/** Returns the norm of the difference divided by the norm of the expected numbers. */
export function relativeGap(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) throw new Error(`${actual.length} numbers, not ${expected.length}`);
  const difference = Array.from(actual, (value, i) => value - expected[i]!);
  return Math.hypot(...difference) / Math.hypot(...Array.from(expected));
}

/** Settings of an update with only the clipped policy loss. */
export const PLAIN_UPDATE: UpdateOptions = {
  learningRate: 1e-3,
  temperature: 1,
  clipLow: 0.2,
  clipHigh: 0.2,
  dualClip: Infinity,
  klCoefficient: 0,
  klEstimator: "k3",
  entropyCoefficient: 0,
  gradientClip: 1,
  beta1: 0.9,
  beta2: 0.99,
  weightDecay: 0,
};

/** An adapter of a fixture's model, written by PEFT, with PyTorch's results. */
interface AdapterFixture {
  readonly adapter: Adapter;
  readonly rows: readonly (readonly number[])[];
  readonly loss: LossCase;
  /** "logits.<row>" [T, V], "gradient.<matrix>" and "merged.<parameter>". */
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

/** Fixtures with an adapter. */
export const ADAPTER_FIXTURES = ["tiny-llama", "tiny-qwen2"] as const;

/** Loads a fixture's adapter. */
export function loadAdapterFixture(name: (typeof ADAPTER_FIXTURES)[number]): AdapterFixture {
  const { config } = loadFixture(name);
  const files = ["adapter_config.json", "adapter_model.safetensors"];
  const read = (file: string): Buffer => readFileSync(new URL(`${name}/adapter/${file}`, folder));
  const expected = JSON.parse(read("expected.json").toString()) as Pick<Expected, "rows" | "loss">; // committed file
  return {
    adapter: adapterFromPeft(config, readPeftAdapter(new Map(files.map((file) => [file, read(file)]))), 1),
    ...expected,
    tensors: readSafetensors(read("expected.safetensors")).tensors,
  };
}

/** Returns all weights of a model with the adapter merged. */
export function mergedWeights(
  base: ReadonlyMap<string, HostTensor>,
  adapter: Pick<Adapter, "rank" | "alpha" | "tensors">,
): Map<string, HostTensor> {
  return new Map([...base].map(([name, weight]) => [name, mergedWeight(name, weight, adapter)]));
}
