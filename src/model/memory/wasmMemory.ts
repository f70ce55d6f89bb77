/**
 * The memory of a run on the WASM kernels, by formula: tensors that TensorFlow.js' tape holds have no plan to ask. Each
 * sum lists what is alive at its peak; `bench/memory/memory.ts` and a test hold it to what runs take.
 */
import { adaptedWeights, adapterCount, type AdapterConfig } from "../weights/adapter.ts";
import { parameterCount, parameterShapes } from "../weights/parameters.ts";
import type { ModelConfig } from "../language/config.ts";
import { MAX_LOGITS, type MemoryBudget } from "../contracts/memoryBudget.ts";
import { rowCacheBytes, rowsPerBatch } from "../tfjs/decoding/rowsPerBatch.ts";
import type { SampledRows } from "../contracts/workload.ts";
import type { MemoryPart, PartBytes } from "./parts.ts";
import type { TrainedParameters } from "./trainedParameters.ts";
import type { RunWorkload } from "./runWorkload.ts";

const FLOAT = 4;
/** What the memory starts with. */
const INITIAL_MEMORY = 2 ** 24;
/**
 * A memory that is too small grows by a fifth, but by no more than 96 MiB beyond what is asked for (Emscripten): where the
 * last step ended is not known, so half of it is added.
 */
const SPARE = { share: 0.1, most: 48 * 2 ** 20 };

/** The kernels' working memory is kept, with this much more than the largest call asked for (`WasmKernels.scratch`). */
const SCRATCH_SPARE = 1.25;

/** Numbers of a token in the parts of a layer. */
function widths({ width, hiddenWidth, heads, kvHeads, headDim }: ModelConfig) {
  return { width, hiddenWidth, heads, queries: heads * headDim, keys: kvHeads * headDim };
}

/** What is trained, all of it in float32. */
type Trained = Omit<TrainedParameters, "basePrecision">;

/** Memory by part at the moment that takes most; "other" is what the memory has grown by beyond it. */
export function wasmMemory(run: Trained, work: RunWorkload, budget: MemoryBudget, shares: number): PartBytes {
  const { model: config } = run;
  const held = heldBytes(run, work, shares);
  const sampled = [...work.policy.sampled, ...(work.teacher?.sampled ?? [])];
  const sampling = largest(sampled.map((rows) => samplingBytes(config, rows, budget)));
  const training = trainingBytes(run, work, budget);
  const peak = total(training) > total(sampling) ? training : sampling;
  const parts = new Map([...held, ...peak].filter(([, bytes]) => bytes > 0));
  return parts.set("other", memoryFor(total(parts)) - total(parts));
}

type Parts = Map<MemoryPart, number>;

function total(parts: PartBytes): number {
  return [...parts.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function largest(all: readonly Parts[]): Parts {
  return all.reduce(
    (most, parts) => (total(parts) > total(most) ? parts : most),
    new Map<MemoryPart, number>(),
  );
}

/** Floats that are trained. */
function trainedFloats({ model, adapter }: Trained): number {
  return adapter === null ? parameterCount(model) : adapterCount(model, adapter);
}

/** What is held from the start to the end. */
function heldBytes(run: Trained, work: RunWorkload, shares: number): Parts {
  const { model: config, adapter } = run;
  const floats = trainedFloats(run);
  const rope = config.maxPositions * config.headDim;
  const trained = 3 * floats + (adapter === null ? rope : 0); // with its moments; beside a frozen model it has no table
  const companions =
    (work.critic === null ? 0 : trained) +
    (work.rewardModel === null ? 0 : trained) +
    (work.teacher === null ? 0 : trained); // a policy makes its moments, though it may never learn
  return new Map([
    ["weights", (parameterCount(config) + rope) * FLOAT],
    ["adapter", adapter === null ? 0 : floats * FLOAT],
    ["optimizer", 2 * floats * FLOAT],
    ["initial model", work.initialModel ? floats * FLOAT : 0],
    ["companions", companions * FLOAT],
    ["scratch", SCRATCH_SPARE * shares * Math.max(...matrices(config).map(packedSize))],
  ]);
}

/** The memory that so many bytes alive at the same time have made. */
function memoryFor(alive: number): number {
  return Math.max(INITIAL_MEMORY, alive + Math.min(SPARE.share * alive, SPARE.most));
}

/** Decoding a batch of rows: packed weights, keys and values, and before that the prompts, a layer at a time. */
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
  const decoding = packedBytes(config) + (state + 50 * vocabulary + 2 * tokens * layers * keys) * FLOAT;
  const cache = rows * rowCacheBytes(config, maxTokens);
  const reading = (read + prompts * vocabulary) * FLOAT;
  if (reading > decoding + cache) return new Map([["sampling", reading]]);
  return new Map([
    ["keys and values", cache],
    ["sampling", decoding],
  ]);
}

/** Bytes of the matrices laid out for decoding. */
function packedBytes(config: ModelConfig): number {
  return matrices(config).reduce((sum, shape) => sum + packedSize(shape), 0);
}

/** Shapes of the matrices that products are taken with, the one of the logits last. */
function matrices(config: ModelConfig): (readonly number[])[] {
  const ofLayers = [...parameterShapes(config)].filter(
    ([name, { length }]) => length === 2 && !/embed_tokens|lm_head/.test(name),
  );
  return [...ofLayers.map(([, shape]) => shape), [config.vocabulary, config.width]];
}

/** `linearScratch` of wasm/assembly/linear.ts, in bytes. */
function packedSize([n = 1, k = 1]: readonly number[]): number {
  const padded = (count: number): number => Math.ceil(count / 8) * 8;
  const gradient = 128 * (4 * Math.ceil(n / 4) + padded(k));
  return Math.max(k * padded(n), n * padded(k), gradient) * FLOAT;
}

/** Forward and backward pass of a micro-batch: the tape keeps gradients to the end; those of a layer that is computed again, of its input. */
function trainingBytes(
  run: Trained,
  work: RunWorkload,
  { recompute }: Pick<MemoryBudget, "recompute">,
): Parts {
  const { model: config, adapter } = run;
  const { lines, scored, whole } = work.policy.trained ?? { lines: 0, scored: 0, whole: 0 };
  const { width, hiddenWidth, heads, queries, keys } = widths(config);
  const { layers, vocabulary, kvHeads, qkNorm } = config;
  const normed = qkNorm ? lines * (queries + keys) : 0; // heads before their norm, and their gradients
  const unpacked = whole === lines ? 0 : 1; // rows that share a prompt are gathered for attention
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
  const beside = adapter === null ? 0 : lines * (lowRankFloats(config, adapter) / layers);
  const first = adapter === null ? 0 : lines * TO_EMBEDDING * width; // which a frozen embedding is not sent
  const layer = kept + back + beside;
  const ofLayers = recompute ? layers * lines * 2 * width + layer : layers * layer - first;
  return new Map<MemoryPart, number>([
    ["gradients", 2 * trainedFloats(run) * FLOAT], // those of the micro-batch, and the sum
    ["activations", (ofLayers + ends) * FLOAT],
    ["head", 2 * Math.min(scored * vocabulary, MAX_LOGITS) * FLOAT],
  ]);
}

/** Vectors that the first layer sends back to an embedding that is trained: of three products, the norm and their sums. */
const TO_EMBEDDING = 6;

/** Share of the gradients that low-rank products send on which is there at the worst moment: fitted to what was measured. */
const SENT_ON = 0.25;

/** What a token takes beside all adapted matrices: inner vectors and their gradients, the gradient they send on, and masks. */
function lowRankFloats(config: ModelConfig, adapter: AdapterConfig): number {
  const { rank, dropout } = adapter;
  const shapes = parameterShapes(config);
  return adaptedWeights(config, adapter).reduce((sum, name) => {
    const [, inputs = 0] = shapes.get(name) ?? [];
    const masks = dropout === 0 ? 0 : 3 * inputs;
    return sum + 4 * rank + SENT_ON * inputs + masks;
  }, 0);
}
