import { globals } from "webgpu";
import { expect, test } from "vitest";
import type { Machine } from "../model/memory/planMemory.ts";
import { DEFAULT_CONFIG } from "../rl/ttrlConfig.ts";
import { offerModels, type ModelOffer } from "./modelOffers.ts";
import { fitText, variantText } from "./offerText.ts";

Object.assign(globalThis, globals); // GPUBufferUsage and the like, which allocating names

const GPU: Machine = {
  adapter: { maxBufferSize: 2 ** 31, maxStorageBufferBindingSize: 2 ** 31 - 4, software: false },
  shares: 1,
  memory: 2 ** 32,
};

async function offersOn(machine: Machine): Promise<ModelOffer[]> {
  const offers: ModelOffer[] = [];
  for await (const offer of offerModels(DEFAULT_CONFIG, machine)) offers.push(offer);
  return offers;
}

test("a GPU of 4 GB runs models under an adapter, from the GGUF file of the precision where there is one", async () => {
  const offers = await offersOn(GPU);
  const qwen = offers.find(({ repository }) => repository === "Qwen/Qwen2.5-0.5B-Instruct")!;
  expect(qwen.variants.map(({ format }) => format)).toEqual(["bf16", "bf16", "q8_0", "q4_0"]);
  expect(qwen.variants[0].problem).not.toBeNull();
  for (const variant of qwen.variants.slice(1)) {
    expect(fitText(variant)).toMatch(/^Fits: about [\d.]+ GB of 4 GB\.$/);
    expect(variantText(variant)).toMatch(/^LoRA on a base in (f16|q8_0|q4_0)$/);
  }
  expect(qwen.variants[3]!.id).toMatch(
    /^Qwen\/Qwen2.5-0.5B-Instruct-GGUF@[0-9a-f]{40}:qwen2.5-0.5b-instruct-q4_0.gguf$/,
  );
  const large = offers.at(-1)!; // its weights exceed a buffer in float32
  expect(fitText(large.variants[0])).toContain("recorded graphs need all weights in one buffer");
  expect(large.variants.slice(1).some(({ problem }) => problem === null)).toBe(true);
});

test("where no variant fits, the smallest says how long responses may be", async () => {
  const long = { ...DEFAULT_CONFIG, maxResponseTokens: 4000 };
  const offers = offerModels(long, { ...GPU, memory: 1200 * 2 ** 20 });
  await offers.next();
  const { variants } = (await offers.next()).value as ModelOffer; // SmolLM2-360M
  expect(variants.map(variantText)).toEqual(["current settings", "LoRA on a base in q4_0"]);
  expect(fitText(variants[1]!)).toMatch(
    /^Does not fit: .* set the maximum response length to \d+ tokens or fewer\.$/,
  );
});
