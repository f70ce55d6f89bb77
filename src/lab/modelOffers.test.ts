import { describe, expect, test } from "vitest";
import { CURATED } from "../hub/curated.ts";
import { isCommit, parseModelId } from "../hub/hubId.ts";
import { WASM_BYTES, type Machine } from "../model/memory/planMemory.ts";
import { DEFAULT_CONFIG } from "../rl/ttrlConfig.ts";
import { offerModels, type ModelOffer, type ModelVariant } from "./modelOffers.ts";
import { fitText, speedKey, speedText, variantText } from "./offerText.ts";

const WASM: Machine = { adapter: null, shares: 4, memory: WASM_BYTES };

async function offersOn(machine: Machine | null, config = DEFAULT_CONFIG): Promise<ModelOffer[]> {
  const offers: ModelOffer[] = [];
  for await (const offer of offerModels(config, machine)) offers.push(offer);
  return offers;
}

test("every entry is pinned to a commit, and its configuration has the parameters of the model's card", async () => {
  const offers = await offersOn(null);
  // Of the cards' "model size", and of transformers' num_parameters().
  expect(Object.fromEntries(offers.map(({ repository, parameters }) => [repository, parameters]))).toEqual({
    "HuggingFaceTB/SmolLM2-135M-Instruct": 134_515_008,
    "HuggingFaceTB/SmolLM2-360M-Instruct": 361_821_120,
    "Qwen/Qwen2.5-0.5B-Instruct": 494_032_768,
    "Qwen/Qwen3-0.6B": 596_049_920,
    "meta-llama/Llama-3.2-1B-Instruct": 1_235_814_400,
    "Qwen/Qwen2.5-1.5B-Instruct": 1_543_714_304,
    "Qwen/Qwen2.5-Math-1.5B": 1_543_714_304,
  });
  for (const { commit, ggufs } of CURATED)
    for (const pinned of [commit, ...Object.values(ggufs).map((gguf) => gguf.commit)])
      expect(isCommit(pinned)).toBe(true);
  for (const { variants } of offers)
    for (const { id } of variants) expect(isCommit(parseModelId(id).revision)).toBe(true);
});

test("bytes of the weights are two for each parameter, with the header; Qwen3 stores its tied head as well", async () => {
  for (const [i, { parameters }] of (await offersOn(null)).entries()) {
    const { bytes, config, repository } = CURATED[i]!;
    const head = repository === "Qwen/Qwen3-0.6B" ? Number(config["hidden_size"]) * 151_936 : 0;
    const header = bytes - 2 * (parameters + head);
    expect(header).toBeGreaterThan(0);
    expect(header).toBeLessThan(100_000);
  }
});

describe("on WASM", () => {
  test("a model that fits as set says of how much, and offers an adapter that takes less", async () => {
    const [smallest] = await offersOn(WASM);
    expect(smallest!.variants.map(variantText)).toEqual(["current settings", "LoRA on a base in f32"]);
    expect(fitText(smallest!.variants[0])).toMatch(/^Fits: about 3.\d GB of 4 GB\.$/);
  });

  test("a model that fits only with an adapter says so and offers it", async () => {
    const offer = (await offersOn(WASM))[1]!;
    expect(fitText(offer.variants[0])).toMatch(/^Does not fit: .* train an adapter \(trainable: lora\)\.$/);
    expect(offer.variants[1]).toMatchObject({
      settings: { trainable: "lora", basePrecision: "f32" },
      problem: null,
    });
  });

  test("a model that no setting makes fit is referred to WebGPU", async () => {
    const { variants } = (await offersOn(WASM)).at(-1)!;
    expect(variants).toHaveLength(1);
    expect(fitText(variants[0])).toContain("or use WebGPU, where an adapter");
  });

  test("long responses are to be shorter where that suffices", async () => {
    const long = { ...DEFAULT_CONFIG, maxResponseTokens: 4000 };
    const [smallest] = await offersOn({ ...WASM, memory: 3600 * 2 ** 20 }, long);
    expect(fitText(smallest!.variants[0])).toMatch(/set the maximum response length to \d+ tokens or fewer/);
  });
});

test("without a plan nothing is claimed", async () => {
  const [first] = await offersOn(null);
  expect(first!.variants.map(fitText)).toEqual(["This backend has no memory plan."]);
});

test("memory of a GPU is described without a limit", () => {
  const variant: ModelVariant = {
    ...{ format: "bf16", id: "a/b", bytes: 1, settings: null, problem: null },
    memory: { total: 2 ** 31, limit: null, path: "recorded graphs" },
  };
  expect(fitText(variant)).toBe("Takes about 2 GB: fits a GPU with that much memory.");
});

test("speed is inverse to parameters, with two digits, and kept for one version, backend and device", () => {
  expect(speedText({ weightsPerSecond: 1.2345e12 }, 1e9)).toBe("about 1200 tokens/s");
  expect(speedText({ weightsPerSecond: 1.2345e12 }, 2e9)).toBe("about 620 tokens/s");
  expect(speedText({ weightsPerSecond: 1e9 }, 1.5e9)).toBe("about 0.67 tokens/s");
  const keys = [
    speedKey("webgpu, A", "1.0.0"),
    speedKey("webgpu, B", "1.0.0"),
    speedKey("wasm, 8 threads", "1.0.0"),
    speedKey("webgpu, A", "1.0.1"),
  ];
  expect(new Set(keys).size).toBe(4);
});
