import { expect, test } from "vitest";
import { folderInMemory } from "../formats/huggingface/modelFolder.ts";
import { initialAdapter } from "./weights/adapter.ts";
import { tinyFolder } from "./fixture.ts";
import { readLanguageModel } from "./language/languageModel.ts";
import { openPolicy } from "./openPolicy.ts";

const folder = tinyFolder();
const model = readLanguageModel(folder);
const { weights } = folderInMemory(folder);
const start = { weights, reference: null, optimizer: null };
const adapter = initialAdapter(model.config, { rank: 4, alpha: 8, dropout: 0, targets: ["q_proj"] }, 1);

test("a packed base is refused where graphs do not run", async () => {
  const packed = { ...start, adapter, basePrecision: "q4_0" as const };
  await expect(openPolicy(model, packed, "there is no GPU")).rejects.toThrow(
    "basePrecision q4_0 needs recorded WebGPU graphs, which do not run here: there is no GPU. Set basePrecision to f32",
  );
});
