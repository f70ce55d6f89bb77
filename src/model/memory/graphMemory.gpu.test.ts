/** The plan of recorded graphs against the buffers that a run really makes. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { weightsInMemory } from "../../formats/numbers/weightSource.ts";
import { describeOnGpu } from "../../webgpu/fixture.ts";
import { watchGpuBytes } from "../../webgpu/gpuCalls/fixture.ts";
import { readModelFolder } from "../../formats/huggingface/modelFolder.ts";
import { initialAdapter, TARGET_MODULES } from "../weights/adapter.ts";
import { TINY_CONFIG, tinyFolder } from "../fixture.ts";
import { GpuPolicy } from "../webgpu/gpuPolicy.ts";
import { readLanguageModel } from "../language/languageModel.ts";
import { DEFAULT_BUDGET } from "../contracts/memoryBudget.ts";
import { demandWith, endless, workAtWorst } from "./fixture.ts";
import { graphMemory, partOfBuffer } from "./graphMemory.ts";
import { totalBytes } from "./parts.ts";
import { runWorkload } from "./runWorkload.ts";

const ALL_WEIGHTS = { adapter: null, basePrecision: "f32" } as const;
const ADAPTER = { rank: 4, alpha: 8, dropout: 0, targets: TARGET_MODULES };

/** The longest come first, as the plan takes them to. */
const PROMPTS = ["How many coins are 17 coins and 4 coins?", "What is 3+4? Answer:", "2+2=", "1+1="];

function shipped(name: string) {
  const bytes = (file: string): Uint8Array =>
    readFileSync(new URL(`../../../public/models/${name}/${file}`, import.meta.url));
  const names = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];
  return readModelFolder(new Map(names.map((file) => [file, bytes(file)])));
}

const ABACUS = await shipped("abacus-0.1M");

describeOnGpu("the memory planned for recorded graphs", (gpu) => {
  test.each([
    {
      name: "abacus-0.1M with KL",
      folder: ABACUS,
      values: { initialModel: true },
      trained: ALL_WEIGHTS,
      recompute: false,
    },
    {
      name: "an adapter on a tiny model in q4_0 with KL",
      folder: tinyFolder(),
      values: { initialModel: true },
      trained: { adapter: ADAPTER, basePrecision: "q4_0" as const },
      recompute: false,
    },
    {
      name: "an untied tiny model with biases, a teacher and a reward model, recomputing",
      folder: tinyFolder(1, {
        ...TINY_CONFIG,
        architecture: "qwen2",
        qkvBias: true,
        outputBias: false,
        mlpBias: false,
        tied: false,
        headDim: 10,
      }),
      values: { taught: { questions: 2, responses: 2 }, initialModel: true, rewardModel: true },
      trained: ALL_WEIGHTS,
      recompute: true,
    },
  ])("of $name is what a run takes", async ({ folder, values, trained, recompute }) => {
    const model = endless(readLanguageModel(folder));
    const demand = demandWith({
      sampled: [
        { questions: 2, responses: 4 },
        { questions: 4, responses: 1 },
      ],
      ...values,
    });
    const lengths = PROMPTS.map((prompt) => model.tokenizer.encodePrompt(prompt).length);
    const budget = { ...DEFAULT_BUDGET, recompute };
    const { maxBufferSize, maxStorageBufferBindingSize } = gpu().device.limits;
    const limits = { maxBufferSize, maxStorageBufferBindingSize, software: true };
    const plan = await graphMemory(
      { model: model.config, ...trained },
      runWorkload(demand, lengths, budget),
      limits,
      budget,
    );

    const watch = watchGpuBytes(gpu().device);
    const { weights } = folder;
    const adapter = trained.adapter && initialAdapter(model.config, trained.adapter, 1);
    const initial = adapter?.tensors ?? weights;
    const reference = demand.initialModel ? initial : null;
    const { basePrecision } = trained;
    const source = weightsInMemory(weights);
    const start = { weights: source, adapter, basePrecision, reference, optimizer: null };
    const policy = await GpuPolicy.open(gpu(), model, start, budget);
    let buffers: ReturnType<typeof watch.buffers> = [];
    await workAtWorst(policy, initial, PROMPTS, demand, () => (buffers = watch.buffers()));
    await policy.dispose();
    watch.end();

    const measured = buffers.reduce((sum, { size }) => sum + size, 0);
    expect(Math.abs(totalBytes(plan.parts) / measured - 1)).toBeLessThanOrEqual(0.15);
    if (plan.parts.has("companions")) return; // whose buffers are called as the policy's are
    for (const [part, planned] of plan.parts) {
      const own = buffers.filter((buffer) => partOfBuffer(buffer) === part);
      const found = own.reduce((sum, { size }) => sum + size, 0);
      expect(
        Math.abs(planned / found - 1),
        `${part}: ${planned} planned, ${found} measured`,
      ).toBeLessThanOrEqual(0.15);
    }
  });
});
