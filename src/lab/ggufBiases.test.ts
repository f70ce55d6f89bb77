import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bytesSource } from "../formats/byteSource.ts";
import { readLanguageModel } from "../model/language/languageModel.ts";
import { openPolicy } from "../model/openPolicy.ts";
import { openModel } from "./openModel.ts";

/** Llamas with biases on different matrices, and llama.cpp's logprobs of a few texts. */
const FOLDER = new URL("../../../shared/data/wild/models/gguf_llama_bias/", import.meta.url);
const read = (name: string): Buffer => readFileSync(new URL(name, FOLDER));

describe.skipIf(!existsSync(FOLDER))("gguf_llama_bias", () => {
  it("bias_none opens without biases", async () => {
    const { texts, weights } = await openModel(new Map([["m.gguf", bytesSource(read("bias_none.gguf"))]]));
    expect(texts.config).not.toHaveProperty("attention_bias");
    expect([...weights.shapes.keys()].filter((name) => name.endsWith("bias"))).toEqual([]);
  });

  it.each(["qkv", "out", "ffn"])("bias_%s gives llama.cpp's logprobs, or names the bias", async (kind) => {
    const { rows, logprobs } = JSON.parse(read(`bias_${kind}.expected.json`).toString()) as {
      readonly rows: readonly number[][];
      readonly logprobs: readonly (readonly (number | null)[])[];
    };
    const opening = openModel(new Map([["m.gguf", bytesSource(read(`bias_${kind}.gguf`))]]));
    const opened = await opening.catch((error: unknown) => error as Error);
    if (opened instanceof Error) {
      expect(opened.message).toMatch(kind === "ffn" ? /mlp_bias/ : /attention_bias/);
      return;
    }
    const model = readLanguageModel(opened.texts);
    const start = { weights: opened.weights, reference: null, optimizer: null };
    const { policy } = await openPolicy(model, start, "the test runs on cpu");
    for (const [i, row] of rows.entries()) {
      const scores = await policy.scoreTexts([{ tokens: Int32Array.from(row), first: 1 }], 1);
      const expected = logprobs[i]!.slice(1);
      for (const [position, value] of expected.entries())
        expect(Math.abs(scores[position]! - value!)).toBeLessThan(2e-3); // both float32
    }
    await policy.dispose();
  });
});
