/**
 * Memory of a run on the WASM kernels, by formula, since TensorFlow.js' gradient tape cannot be run dry. Each sum lists what is
 * alive at its peak; a test and `npm run -s bench -- --memory` compare it with measured runs.
 */
import { at } from "../../math/at.ts";
import { adaptedWeights, adapterCount, type AdapterConfig } from "../weights/adapter.ts";
import { parameterCount, parameterShapes } from "../weights/parameters.ts";
import type { ModelConfig } from "../language/config.ts";
import { MAX_LOGITS, type MemoryBudget } from "../contracts/memoryBudget.ts";
import { rowCacheBytes, rowsPerBatch } from "../tfjs/decoding/rowsPerBatch.ts";
import type { SampledRows } from "../contracts/workload.ts";
import { totalBytes, type MemoryPart, type PartBytes } from "./parts.ts";
import type { TrainedParameters } from "./trainedParameters.ts";
import type { RunWorkload } from "./runWorkload.ts";

const FLOAT = 4;
/** Initial bytes of the WASM memory. */
const INITIAL_MEMORY = 2 ** 24;
/** Emscripten grows a memory by a fifth, at most 96 MiB beyond the request; on average half of that is unused. */
const SPARE = { share: 0.1, most: 48 * 2 ** 20 };

/** Scratch memory over the largest request (`WasmKernels.scratch`). */
const SCRATCH_SPARE = 1.25;

/** Floats per token in the parts of a layer. */
function widths({ width, hiddenWidth, heads, kvHeads, headDim }: ModelConfig) {
  return { width, hiddenWidth, heads, queries: heads * headDim, keys: kvHeads * headDim };
}

type Trained = Omit<TrainedParameters, "basePrecision">;

/** Returns peak memory by part; "other" is what the WASM memory has grown beyond it. `shares`: parallel parts of a call. */
export function wasmMemory(
  run: Trained,
  workload: RunWorkload,
  budget: MemoryBudget,
  shares: number,
): PartBytes {
  const { model: config } = run;
  const held = heldBytes(run, workload, shares);
  const sampled = [...workload.policy.sampled, ...(workload.teacher?.sampled ?? [])];
  const sampling = largest(sampled.map((rows) => samplingBytes(config, rows, budget)));
  const training = trainingBytes(run, workload, budget);
  const peak = totalBytes(training) > totalBytes(sampling) ? training : sampling;
  const parts = new Map([...held, ...peak].filter(([, bytes]) => bytes > 0));
  return parts.set("other", memoryFor(totalBytes(parts)) - totalBytes(parts));
}

type Parts = Map<MemoryPart, number>;

function largest(all: readonly Parts[]): Parts {
  return all.reduce(
    (most, parts) => (totalBytes(parts) > totalBytes(most) ? parts : most),
    new Map<MemoryPart, number>(),
  );
}

function trainedFloats({ model, adapter }: Trained): number {
  return adapter === null ? parameterCount(model) : adapterCount(model, adapter);
}

/** Returns the bytes held throughout a run. */
function heldBytes(run: Trained, workload: RunWorkload, shares: number): Parts {
  const { model: config, adapter } = run;
  const floats = trainedFloats(run);
  const rope = config.maxPositions * config.headDim;
  const trained = 3 * floats + (adapter === null ? rope : 0); // with its moments; under an adapter the rotary table is shared
  const companions =
    (workload.critic === null ? 0 : trained) +
    (workload.rewardModel === null ? 0 : trained) +
    (workload.teacher === null ? 0 : trained); // a policy allocates moments even if it is never trained
  return new Map([
    ["weights", (parameterCount(config) + rope) * FLOAT],
    ["adapter", adapter === null ? 0 : floats * FLOAT],
    ["optimizer", 2 * floats * FLOAT],
    ["initial model", workload.initialModel ? floats * FLOAT : 0],
    ["companions", companions * FLOAT],
    ["scratch", SCRATCH_SPARE * shares * Math.max(...matrices(config).map(packedSize))],
  ]);
}

/** Returns the expected size of a WASM memory with a peak of `alive` bytes. */
function memoryFor(alive: number): number {
  return Math.max(INITIAL_MEMORY, alive + Math.min(SPARE.share * alive, SPARE.most));
}

/** Returns the bytes of sampling a batch: the larger of prefill and decoding. */
function samplingBytes(
  config: ModelConfig,
  { lengths, counts, maxTokens }: SampledRows,
  budget: MemoryBudget,
): Parts {
  const asked = counts.reduce((sum, count) => sum + count, 0);
  const rows = Math.min(asked, rowsPerBatch(config, maxTokens, budget));
  const prompts = Math.min(lengths.length, Math.ceil((rows - 1) / Math.max(1, Math.min(...counts))) + 1);
  const tokens = [...lengths]
    .sort((a, b) => b - a)
    .slice(0, prompts)
    .reduce((sum, length) => sum + length, 0);
  const { width, hiddenWidth, heads, queries, keys } = widths(config);
  const { layers, vocabulary } = config;
  const layer = 6 * width + 2 + 3 * (queries + keys) + heads + 3 * hiddenWidth;
  const read = tokens * (width + layer + layers * 2 * keys);
  const state = rows * (2 * width + 2 * queries + 2 * keys + 2 * hiddenWidth + 2 * maxTokens);
  const packed = matrices(config).reduce((sum, shape) => sum + packedSize(shape), 0);
  const decoding = packed + (state + 50 * vocabulary + 2 * tokens * layers * keys) * FLOAT;
  const cache = rows * rowCacheBytes(config, maxTokens);
  const reading = (read + prompts * vocabulary) * FLOAT;
  if (reading > decoding + cache) return new Map([["sampling", reading]]);
  return new Map([
    ["keys and values", cache],
    ["sampling", decoding],
  ]);
}

/** Returns the shapes [out, in] of all matrices in products, the head last. */
function matrices(config: ModelConfig): (readonly number[])[] {
  const ofLayers = [...parameterShapes(config)].filter(
    ([name, { length }]) => length === 2 && !/embed_tokens|lm_head/.test(name),
  );
  return [...ofLayers.map(([, shape]) => shape), [config.vocabulary, config.width]];
}

/** Returns `linearScratch` of ops/wasm/assembly/linear.ts in bytes, for a matrix [out, in]. */
function packedSize(shape: readonly number[]): number {
  const [n, k] = [at(shape, 0), at(shape, 1)];
  const padded = (count: number): number => Math.ceil(count / 8) * 8;
  const gradient = 128 * (4 * Math.ceil(n / 4) + padded(k));
  return Math.max(k * padded(n), n * padded(k), gradient) * FLOAT;
}

/** Returns the bytes of a micro-batch's forward and backward pass. The tape keeps all gradients to the end; with gradient checkpointing, only those of the layers' inputs. */
function trainingBytes(
  run: Trained,
  workload: RunWorkload,
  { recompute }: Pick<MemoryBudget, "recompute">,
): Parts {
  const { model: config, adapter } = run;
  const { lines, scored, whole } = workload.policy.trained ?? { lines: 0, scored: 0, whole: 0 };
  const { width, hiddenWidth, heads, queries, keys } = widths(config);
  const { layers, vocabulary, kvHeads, qkNorm } = config;
  const normed = qkNorm ? lines * (queries + keys) : 0; // heads before their norm, and gradients
  const unpacked = whole === lines ? 0 : 1; // rows with a shared prompt are gathered for attention
  const kept =
    lines * (4 * width + 2 + queries + 3 * hiddenWidth) +
    whole * (2 * queries + 2 * keys + heads) +
    normed +
    (qkNorm ? lines * (heads + kvHeads) : 0);
  const back =
    normed +
    lines * (9 * width + 3 * hiddenWidth + 2 * queries + keys) +
    whole * (queries + 2 * keys) +
    unpacked * (lines * (queries + 2 * keys) + whole * queries);
  const ends = lines * 3 * width + scored * 2 * width;
  const lowRank = adapter === null ? 0 : lines * (lowRankFloats(config, adapter) / layers);
  const first = adapter === null ? 0 : lines * TO_EMBEDDING * width; // a frozen embedding needs no gradient
  const layer = kept + back + lowRank;
  const ofLayers = recompute ? layers * lines * 2 * width + layer : layers * layer - first;
  return new Map<MemoryPart, number>([
    ["gradients", 2 * trainedFloats(run) * FLOAT], // of the micro-batch, and the sum
    ["activations", (ofLayers + ends) * FLOAT],
    ["head", 2 * Math.min(scored * vocabulary, MAX_LOGITS) * FLOAT],
  ]);
}

/** Gradient vectors [D] per line that reach a trained embedding: of three products, the norm and their sums. */
const TO_EMBEDDING = 6;

/** Fraction of the low-rank products' input gradients alive at the peak, fitted to measurements. */
const ALIVE_GRADIENTS = 0.25;

/** Returns the floats per token of all low-rank products: A x with gradients, input gradients and dropout masks. */
function lowRankFloats(config: ModelConfig, adapter: AdapterConfig): number {
  const { rank, dropout } = adapter;
  const shapes = parameterShapes(config);
  return adaptedWeights(config, adapter).reduce((sum, name) => {
    const inputs = at(shapes.get(name) ?? [], 1);
    const masks = dropout === 0 ? 0 : 3 * inputs;
    return sum + 4 * rank + ALIVE_GRADIENTS * inputs + masks;
  }, 0);
}
