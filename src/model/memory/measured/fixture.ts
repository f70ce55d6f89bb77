/** Compares the planned and measured memory of a run on WASM, once per process since a WASM memory never shrinks. */
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { readModelFolder } from "../../../formats/huggingface/modelFolder.ts";
import { useImplementation } from "../../../ops/testBackend.ts";
import { activeKernels } from "../../../ops/wasm/installWasmKernels.ts";
import { initialAdapter, type AdapterConfig } from "../../weights/adapter.ts";
import { promptLengths } from "../../language/fitQuestions.ts";
import { readLanguageModel } from "../../language/languageModel.ts";
import { DEFAULT_BUDGET, type MemoryBudget } from "../../contracts/memoryBudget.ts";
import { TfModel } from "../../tfjs/tfModel.ts";
import { TfPolicy } from "../../tfjs/tfPolicy.ts";
import { demandWith, endless, workAtWorst } from "../fixture.ts";
import { totalBytes } from "../parts.ts";
import { runWorkload } from "../runWorkload.ts";
import { wasmMemory } from "../wasmMemory.ts";

const FILES = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];
const PROMPTS = ["Ben has 12 coins. He finds 7 more. How many coins now?", "2+2=", "1+1="];
const DEMAND = demandWith({
  sampled: [{ questions: 3, responses: 40 }],
  trained: { questions: 3, responses: 40 },
  maxResponseTokens: 32,
  initialModel: true,
});

/** Runs the worst case of a run with KL on the smallest embedded model; expects its memory within 15% of the plan. */
export async function expectPlanned(
  wanted: AdapterConfig | null,
  budget: MemoryBudget = DEFAULT_BUDGET,
): Promise<void> {
  await useImplementation("WASM kernels");
  const folder = new URL("../../../../public/models/abacus-0.1M/", import.meta.url);
  const content = await readModelFolder(
    new Map(FILES.map((file) => [file, readFileSync(new URL(file, folder))])),
  );
  const model = endless(readLanguageModel(content));
  const { weights } = content;
  const questions = PROMPTS.map((prompt) => ({ id: prompt, prompt }));
  const work = runWorkload(DEMAND, promptLengths(model, questions), budget);
  const planned = totalBytes(wasmMemory({ model: model.config, adapter: wanted }, work, budget, 1));

  const adapter = wanted === null ? null : initialAdapter(model.config, wanted, 1);
  const reference = adapter?.tensors ?? weights;
  const policy = new TfPolicy(new TfModel(model, weights), { adapter, reference, optimizer: null }, budget);
  await workAtWorst(policy, reference, PROMPTS, DEMAND);
  await policy.dispose();
  const measured = activeKernels()?.buffer.byteLength ?? 0;
  expect(measured).toBeGreaterThan(2 ** 25); // a multiple of the initial memory
  const numbers = `${planned} planned, ${measured} measured`;
  expect(Math.abs(planned / measured - 1), numbers).toBeLessThanOrEqual(0.15);
}
