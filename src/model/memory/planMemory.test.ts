import { describe, expect, it } from "vitest";
import type { ModelConfig } from "../language/config.ts";
import { TINY_CONFIG } from "../fixture.ts";
import { TARGET_MODULES } from "../weights/adapter.ts";
import { DEFAULT_BUDGET } from "../contracts/memoryBudget.ts";
import { demandWith, SMOL_CONFIG } from "./fixture.ts";
import { planMemory, WASM_BYTES, type PlannedRun } from "./planMemory.ts";

const WASM = { adapter: null, shares: 1, memory: WASM_BYTES };

function run(model: ModelConfig, maxResponseTokens: number): PlannedRun {
  const votes = { questions: 3, responses: 64 };
  const demand = demandWith({ sampled: [votes], trained: votes, maxResponseTokens });
  return { model, adapter: null, basePrecision: "f32", demand, promptLengths: [20, 30, 40] };
}

describe("a plan on WASM", () => {
  it("leaves a small model's batches as they are", async () => {
    const plan = await planMemory(run(TINY_CONFIG, 112), WASM);
    expect(plan).toMatchObject({ path: "WASM", budget: DEFAULT_BUDGET, problem: null, limit: WASM_BYTES });
    expect(plan.total).toBe(plan.parts.reduce((sum, { bytes }) => sum + bytes, 0));
  });

  it("cuts a larger model's micro-batches until they fit", async () => {
    const plan = await planMemory(run(SMOL_CONFIG, 112), WASM);
    expect(plan.problem).toBeNull();
    expect(plan.budget.microBatchTokens).toBeLessThan(DEFAULT_BUDGET.microBatchTokens);
    expect(plan.budget.recompute).toBe(false); // smaller batches cost a processor less
    expect(plan.total).toBeLessThanOrEqual(WASM_BYTES);
  });

  it("names the longest responses that fit where smaller batches do not help", async () => {
    const plan = await planMemory(run(SMOL_CONFIG, 8000), WASM);
    const [, tokens] = /maximum response length to (\d+) tokens/.exec(plan.problem ?? "") ?? [];
    expect(plan.problem).toMatch(
      /^the run needs about .* of memory and 4 GB are available: set the maximum response length/,
    );
    expect((await planMemory(run(SMOL_CONFIG, Number(tokens)), WASM)).problem).toBeNull();
    expect((await planMemory(run(SMOL_CONFIG, Number(tokens) + 64), WASM)).problem).not.toBeNull();
  });

  it("proposes an adapter if the optimizer exceeds the memory, and then it fits", async () => {
    const large = run({ ...SMOL_CONFIG, layers: 60 }, 16);
    expect((await planMemory(large, WASM)).problem).toMatch(/: train an adapter \(trainable: lora\)$/);
    const adapter = { rank: 16, alpha: 32, dropout: 0, targets: TARGET_MODULES };
    const plan = await planMemory({ ...large, adapter }, WASM);
    expect(plan.problem).toBeNull();
    // 7 matrices of 60 layers, [in + out] x 16 floats each.
    const floats = 60 * 16 * (2 * (576 + 576) + 2 * (576 + 192) + 3 * (576 + 1536));
    expect(plan.parts).toContainEqual(expect.objectContaining({ name: "adapter", bytes: 4 * floats }));
  });

  it("proposes a smaller model if the weights exceed the memory", async () => {
    const plan = await planMemory(run({ ...SMOL_CONFIG, layers: 200 }, 16), WASM);
    expect(plan.problem).toMatch(/: choose a smaller model$/);
  });
});
