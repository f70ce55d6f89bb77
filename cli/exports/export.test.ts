import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { wholeFolder } from "../../src/formats/huggingface/modelFolder.ts";
import { allWeights } from "../../src/formats/numbers/weightSource.ts";
import { writeModelFolder } from "../../src/formats/huggingface/modelFolderFiles.ts";
import { createWorkspace, ttrl } from "../fixture.ts";
import { languageModelOf, openModelFile } from "../models/modelFile.ts";

const MODEL = "public/models/abacus-0.1M";
const QUESTION = "Zoe has 17 pens. She finds 8 more. How many pens now?";

let folder: string;
let remove: () => void;
beforeAll(() => ({ folder, remove } = createWorkspace()));
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

  test("gives embedded models a cut that finds the same tokens in questions and boxed answers", async () => {
    const { tokenizer: original } = languageModelOf(await openModelFile(MODEL));
    const { tokenizer: again } = languageModelOf(await openModelFile(join(folder, "m.gguf")));
    const questions = JSON.parse(readFileSync("public/datasets/word.json", "utf8")) as { prompt: string }[]; // our own
    const texts = questions.map(({ prompt }) => `${prompt}\n17 + 8 = 25. The answer is \\boxed{25}.`);
    expect(texts.map((text) => again.encode(text))).toEqual(texts.map((text) => original.encode(text)));
  });

  test("names the weight that is out of range, and leaves no files", async () => {
    const content = await wholeFolder(await openModelFile(MODEL));
    content.weights.get("model.norm.weight")!.data[3] = 1e6;
    for (const [path, bytes] of writeModelFolder(content)) writeFileSync(join(folder, "model", path), bytes);
    const out = join(folder, "f16");
    const options = ["--format", "safetensors", "--precision", "f16"];
    const { status, stderr } = await ttrl([
      "export",
      "--model",
      join(folder, "model"),
      "--out",
      out,
      ...options,
    ]);
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /model\.norm\.weight: a weight is 1000000, which is out of the range of F16\. Export in f32\./,
    );
    expect([existsSync(out), existsSync(`${out}.partial`)]).toEqual([false, false]);
  });

  test("writes a folder in bfloat16, whose numbers are within half a unit of the eighth bit", async () => {
    const { status } = await exported("bf16", "--format", "safetensors", "--precision", "bf16");
    expect(status).toBe(0);
    const content = await wholeFolder(await openModelFile(join(folder, "bf16")));
    expect(content.config["torch_dtype"]).toBe("bfloat16");
    for (const [name, { data }] of await allWeights((await openModelFile(MODEL)).weights)) {
      const rounded = content.weights.get(name)!.data;
      expect(
        data.every((x, i) => Math.abs(rounded[i]! - x) <= Math.abs(x) * 2 ** -8),
        name,
      ).toBe(true);
    }
    const bytes = readFileSync(join(folder, "bf16", "model.safetensors")).length;
    expect(bytes).toBeLessThan(0.55 * readFileSync(join(MODEL, "model.safetensors")).length);
  });

  test("writes weights beyond a size in several files, and the other files of the run", async () => {
    writeFileSync(join(folder, "model", "run.json"), "{}");
    const out = join(folder, "sharded");
    const options = ["--format", "safetensors", "--shard-size", "0.01MB", "--out", out];
    const { status } = await ttrl(["export", "--model", join(folder, "model"), ...options]);
    expect(status).toBe(0);
    const names = readdirSync(out);
    expect(names.filter((name) => /^model-\d{5}-of-\d{5}\.safetensors$/.test(name)).length).toBeGreaterThan(
      1,
    );
    expect(names).toEqual(expect.arrayContaining(["model.safetensors.index.json", "run.json"]));
    const [written, original] = [await openModelFile(out), await openModelFile(join(folder, "model"))];
    expect(await allWeights(written.weights)).toEqual(await allWeights(original.weights));
  });

  test.each([
    [
      "nothing",
      [],
      "say what to export: a model takes --model and --format, or a run's recipe takes --recipe and --run",
    ],
    ["half a model", ["--model", MODEL], "a model takes --model and --format; --format is missing"],
    [
      "half a recipe",
      ["--steps", "5"],
      "a run's recipe takes --recipe and --run; --recipe and --run are missing",
    ],
    [
      "options of both",
      ["--recipe", "trl", "--run", "run", "--precision", "f16"],
      "export writes one thing at a time: --precision is of a model, --recipe, --run are of a run's recipe; leave one out",
    ],
  ])("refuses %s in words", async (_, options, message) => {
    const { status, stderr } = await ttrl(["export", "--out", join(folder, "out"), ...options]);
    expect(stderr).toBe(`ttrl: ${message}\n`);
    expect(status).toBe(2);
  });

  test.each([
    ["m.bin", ["--format", "gguf"], /ends with \.gguf/],
    ["data.json", ["--format", "safetensors"], /it is there already/],
    ["q", ["--format", "safetensors", "--precision", "q8_0"], /safetensors has no q8_0/],
    ["q", ["--format", "safetensors", "--shard-size", "many"], /Give a size such as 500MB/],
  ])("refuses %s with %s, and writes nothing", async (out, options, message) => {
    const before = readdirSync(folder);
    const { status, stderr } = await exported(out, ...options);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(readdirSync(folder)).toEqual(before);
    expect(existsSync(join(folder, `${out}.partial`))).toBe(false);
  });
});
