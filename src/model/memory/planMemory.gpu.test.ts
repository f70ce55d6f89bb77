/** Plans of recorded graphs, which count the buffers that they would make. */
import { expect, it } from "vitest";
import { describeOnGpu } from "../../webgpu/fixture.ts";
import { TARGET_MODULES } from "../weights/adapter.ts";
import { demandWith, SMOL_CONFIG } from "./fixture.ts";
import { planMemory, type MemoryPlan, type PlannedRun } from "./planMemory.ts";
import type { TrainedParameters } from "./trainedParameters.ts";

const ADAPTER = { rank: 16, alpha: 32, dropout: 0, targets: TARGET_MODULES };

describeOnGpu("a plan on recorded graphs", () => {
  const plan = (
    trained: Omit<TrainedParameters, "model">,
    memory: number,
    most = Infinity,
  ): Promise<MemoryPlan> => {
    const votes = { questions: 1, responses: 8 };
    const demand = demandWith({ sampled: [votes], trained: votes, maxResponseTokens: 16 });
    const run: PlannedRun = { model: SMOL_CONFIG, ...trained, demand, promptLengths: [20] };
    const adapter = { maxBufferSize: most, maxStorageBufferBindingSize: most, software: false };
    return planMemory(run, { adapter, shares: 1, memory });
  };
  const ALL = { adapter: null, basePrecision: "f32" } as const;

  it.each([
    [1200, "train an adapter (trainable: lora)"],
    [500, "train an adapter (trainable: lora), with the base model in f16 (basePrecision)"],
    [330, "train an adapter (trainable: lora), with the base model in q8_0 (basePrecision)"],
    [230, "train an adapter (trainable: lora), with the base model in q4_0 (basePrecision)"],
    [100, "choose a smaller model"],
  ])("of SmolLM2 in %i MB says to change what loses least", async (megabytes, change) => {
    const { problem } = await plan(ALL, megabytes * 2 ** 20);
    expect(problem).toMatch(/^the run needs about .* of memory and .* are available: /);
    expect(problem?.split(": ").slice(1).join(": ")).toBe(change);
  });

  it("fits after that change, with base and adapter as separate parts", async () => {
    const { problem, parts } = await plan({ adapter: ADAPTER, basePrecision: "q8_0" }, 330 * 2 ** 20);
    expect(problem).toBeNull();
    const bytes = new Map(parts.map((part) => [part.name, part.bytes]));
    const floats = 30 * 16 * (2 * (576 + 576) + 2 * (576 + 192) + 3 * (576 + 1536));
    expect(bytes.get("adapter")).toBe(4 * floats);
    expect(bytes.get("optimizer")).toBeGreaterThanOrEqual(8 * floats);
    // 34 bytes of 32 weights, and the padding of the last shard of tokens.
    const packed = (34 / 32) * 134_515_008;
    expect(bytes.get("weights")! / packed).toBeGreaterThan(1);
    expect(bytes.get("weights")! / packed).toBeLessThan(1.01);
  });

  it("proposes a lower precision for a given adapter, and names a layer's matrices that are too large to bind", async () => {
    const trained = { adapter: ADAPTER, basePrecision: "f16" } as const;
    expect((await plan(trained, 330 * 2 ** 20)).problem).toMatch(
      /: store the base model in q8_0 \(basePrecision\)$/,
    );
    const narrow = await plan(trained, 2 ** 33, 2 ** 21);
    expect(narrow.problem).toMatch(/mlp.gate_proj.weight, mlp.up_proj.weight of a layer take 3541248 bytes/);
  });
});
