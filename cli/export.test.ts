import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readModelFile } from "./modelFile.ts";
import { createWorkplace, ttrl } from "./fixture.ts";

const MODEL = "public/models/abacus-0.1M";
const QUESTION = "Zoe has 17 pens. She finds 8 more. How many pens now?";

let folder: string;
let remove: () => void;
beforeAll(() => ({ folder, remove } = createWorkplace()));
afterAll(() => remove());

const exported = (out: string, ...rest: readonly string[]) =>
  ttrl(["export", "--model", MODEL, "--out", join(folder, out), ...rest]);

async function greedy(model: string): Promise<unknown> {
  const { stdout } = await ttrl([
    "generate",
    "--model",
    model,
    "--prompt",
    QUESTION,
    "--greedy",
    "--backend",
    "wasm",
  ]);
  return JSON.parse(stdout);
}

describe("ttrl export", () => {
  test("writes a GGUF file that continues a prompt as the model does", async () => {
    const { status, stderr } = await exported("m.gguf", "--format", "gguf");
    expect(stderr).toMatch(/superbpe.*\nwrote /);
    expect(status).toBe(0);
    expect(await greedy(join(folder, "m.gguf"))).toEqual(await greedy(MODEL));
  });

  test("writes a folder in bfloat16, whose numbers are within half a unit of the eighth bit", async () => {
    const { status } = await exported("bf16", "--format", "safetensors", "--precision", "bf16");
    expect(status).toBe(0);
    const { content } = readModelFile(join(folder, "bf16"));
    expect(content.config["torch_dtype"]).toBe("bfloat16");
    for (const [name, { data }] of readModelFile(MODEL).content.weights) {
      const rounded = content.weights.get(name)!.data;
      expect(
        data.every((x, i) => Math.abs(rounded[i]! - x) <= Math.abs(x) * 2 ** -8),
        name,
      ).toBe(true);
    }
    const bytes = readFileSync(join(folder, "bf16", "model.safetensors")).length;
    expect(bytes).toBeLessThan(0.55 * readFileSync(join(MODEL, "model.safetensors")).length);
  });

  test.each([
    ["m.bin", ["--format", "gguf"], /ends with \.gguf/],
    ["data.json", ["--format", "safetensors"], /it is there already/],
    ["q", ["--format", "safetensors", "--precision", "q8_0"], /safetensors has no q8_0/],
  ])("refuses %s with %s, and writes nothing", async (out, options, message) => {
    const before = readdirSync(folder);
    const { status, stderr } = await exported(out, ...options);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(readdirSync(folder)).toEqual(before);
    expect(existsSync(join(folder, `${out}.partial`))).toBe(false);
  });
});
