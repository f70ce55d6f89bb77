/** transformers.js on ONNX Runtime Web, with an ONNX export of the same weights. */
import { AutoModelForCausalLM, env, Tensor, type CausalLM } from "@huggingface/transformers";
import {
  CannotRun,
  type BenchModel,
  type OpenContender,
  type Opened,
  type Surroundings,
} from "./contender.ts";
import type { Sampled } from "./workload.ts";

export const transformersWebGpu: OpenContender = (model, where) => open(model, where, "webgpu");
export const transformersWasm: OpenContender = (model, where) => open(model, where, "wasm");

async function open(
  { name, config }: BenchModel,
  { file, gpu }: Surroundings,
  device: "webgpu" | "wasm",
): Promise<Opened> {
  if ((await file(`onnx/${name}/config.json`)) === null) {
    if (!name.startsWith("abacus")) throw new CannotRun("there is no ONNX export of random weights");
    const command = `python tools/oracle/export_onnx.py public/models/${name} bench/onnx/${name}`;
    throw new CannotRun(`there is no ONNX export; create it with: ${command}`);
  }
  if (device === "webgpu" && gpu !== null) await hideNarrowSubgroups(gpu);
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.useBrowserCache = false;
  env.localModelPath = new URL("../onnx/", self.location.href).href;
  env.backends.onnx.wasm.wasmPaths = new URL("../ort/", self.location.href).href;
  const model = await AutoModelForCausalLM.from_pretrained(name, { device, dtype: "fp32" });
  return {
    sameWeights: true,
    train: null,
    decode: (prompt, rows, tokens, greedy) => decode(model, config.vocabulary, prompt, rows, tokens, greedy),
  };
}

/** Minimum subgroup size that ONNX Runtime's attention assumes. */
const SUBGROUP = 8;

/**
 * Hides the subgroup features of adapters with smaller subgroups, such as SwiftShader's of 4: on them ONNX Runtime's
 * attention is wrong from the fifth prompt token on; without subgroups it uses workgroup memory. This worker runs nothing else.
 */
async function hideNarrowSubgroups(gpu: GPU): Promise<void> {
  const requestAdapter = gpu.requestAdapter.bind(gpu);
  const { subgroupMinSize = SUBGROUP } = (await requestAdapter())?.info ?? {};
  if (subgroupMinSize >= SUBGROUP) return;
  const shown = (features: Iterable<string>) =>
    [...features].filter((feature) => !feature.startsWith("subgroup")) as GPUFeatureName[]; // names come from the adapter
  gpu.requestAdapter = async (options) => {
    const adapter = await requestAdapter(options);
    if (adapter === null) return null;
    const requestDevice = adapter.requestDevice.bind(adapter);
    Object.defineProperty(adapter, "features", { value: new Set(shown(adapter.features)) });
    adapter.requestDevice = (asked = {}) =>
      requestDevice({ ...asked, requiredFeatures: shown(asked.requiredFeatures ?? []) });
    return adapter;
  };
}

async function decode(
  model: CausalLM,
  vocabulary: number,
  prompt: Int32Array,
  rows: number,
  tokens: number,
  greedy: boolean,
): Promise<Sampled[]> {
  const length = prompt.length;
  const ids = BigInt64Array.from({ length: rows * length }, (_, i) => BigInt(prompt[i % length] ?? 0));
  const output = await model.generate({
    inputs: new Tensor("int64", ids, [rows, length]),
    attention_mask: new Tensor("int64", new BigInt64Array(rows * length).fill(1n), [rows, length]),
    max_new_tokens: tokens,
    min_new_tokens: tokens,
    eos_token_id: vocabulary + 1, // no row ends early
    do_sample: !greedy,
    temperature: 1,
    top_k: 0,
  });
  return Array.from({ length: rows }, (_, row) => {
    const start = row * (length + tokens) + length;
    const drawn = Int32Array.from({ length: tokens }, (_, i) => Number(output.data[start + i] ?? 0));
    return { tokens: drawn, logprobs: null };
  });
}
