/** The plan of the WASM kernels against what the memory grows to; a file of its own, since it never shrinks. */
import { readFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { readModelFolder } from "../../formats/modelFolder.ts";
import { useImplementation } from "../../kernels/testBackend.ts";
import { activeKernels } from "../../kernels/wasm/installWasmKernels.ts";
import { promptLengths } from "../fitQuestions.ts";
import { readLanguageModel } from "../languageModel.ts";
import { FULL_ROOM } from "../room.ts";
import { TfModel } from "../tfModel.ts";
import { TfPolicy } from "../tfPolicy.ts";
import { demandWith, endless, workAtWorst } from "./fixture.ts";
import { totalBytes } from "./parts.ts";
import { workOfRun } from "./runWork.ts";
import { wasmMemory } from "./wasmMemory.ts";

beforeAll(() => useImplementation("WASM kernels"));

const PROMPTS = ["Ben has 12 coins. He finds 7 more. How many coins now?", "2+2=", "1+1="];
const DEMAND = demandWith({
  sampled: [{ questions: 3, responses: 40 }],
  trained: { questions: 3, responses: 40 },
  maxResponseTokens: 32,
  initialModel: true,
});

it("plans what a run with KL on WASM takes", async () => {
  const folder = readModelFolder(
    new Map(
      ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"].map((file) => [
        file,
        readFileSync(new URL(`../../../public/models/abacus-0.1M/${file}`, import.meta.url)),
      ]),
    ),
  );
  const model = endless(readLanguageModel(folder));
  const { weights } = folder;
  const questions = PROMPTS.map((prompt) => ({ id: prompt, prompt }));
  const work = workOfRun(DEMAND, promptLengths(model, questions), FULL_ROOM);
  const planned = totalBytes(wasmMemory(model.config, work, FULL_ROOM, 1));

  const policy = new TfPolicy(new TfModel(model, weights), { reference: weights, optimizer: null });
  await workAtWorst(policy, weights, PROMPTS, DEMAND);
  await policy.dispose();
  const measured = activeKernels()!.buffer.byteLength;
  expect(measured).toBeGreaterThan(2 ** 26); // a multiple of what an idle memory has
  expect(Math.abs(planned / measured - 1), `${planned} planned, ${measured} measured`).toBeLessThanOrEqual(
    0.15,
  );
});
