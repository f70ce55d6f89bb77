import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { bytesSource, type ByteSource } from "../formats/byteSource.ts";
import { at } from "../math/at.ts";
import { IMPLEMENTATIONS, useImplementation } from "../ops/testBackend.ts";
import { scored } from "./fixture.ts";
import { openModel } from "./openModel.ts";

const WILD = "../shared/data/wild/models";
const PATHS = existsSync(WILD) ? (readdirSync(WILD, { recursive: true }) as string[]) : [];

/** A folder, or a GGUF file, as people have them. */
interface Wild {
  readonly name: string;
  readonly files: readonly string[];
  /** Path of PyTorch's or llama.cpp's logprobs. */
  readonly expected: string;
}

const FOLDERS = PATHS.filter((path) => basename(path) === "config.json").map((path): Wild => {
  const name = dirname(path);
  return { name, files: readdirSync(join(WILD, name)), expected: join(name, "expected.json") };
});
const GGUFS = PATHS.filter((path) => path.endsWith(".gguf")).map((path): Wild => ({
  name: path,
  files: [""],
  expected: path.replace(".gguf", ".expected.json"),
}));

/** Models that the lab refuses, by what it says. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ["gpt2", 'model_type "gpt2"'],
  ["tokenizer_beyond_vocabulary", "but the embedding has 464 rows"],
]);

function filesOf({ name, files }: Wild): Map<string, ByteSource> {
  const read = (file: string): Buffer => readFileSync(join(WILD, name, file));
  return new Map(files.map((file) => [file === "" ? basename(name) : file, bytesSource(read(file))]));
}

describe.skipIf(PATHS.length === 0)("models of others: skipped where ../shared/data/wild is absent", () => {
  const models = [...FOLDERS, ...GGUFS].map((one) => [one.name, one] as const);

  describe.each(IMPLEMENTATIONS)("%s", (implementation) => {
    test.each(models)("%s gives its logprobs, or is refused by name", async (name, model) => {
      await useImplementation(implementation);
      const refusal = REFUSED.get(name);
      if (refusal !== undefined) {
        await expect(openModel(filesOf(model))).rejects.toThrow(refusal);
        return;
      }
      if (!existsSync(join(WILD, model.expected))) {
        await openModel(filesOf(model));
        return;
      }
      const text = readFileSync(join(WILD, model.expected), "utf8");
      const expected = JSON.parse(text) as { rows: number[][]; logprobs: number[][] };
      const { logprobs } = await scored(filesOf(model), expected.rows);
      for (const [i, row] of expected.logprobs.entries())
        for (const [j, value] of row.slice(1).entries())
          // llama.cpp computes in float32 like the lab, PyTorch in float64.
          expect(Math.abs(at(at(logprobs, i), j) - value)).toBeLessThan(name.endsWith(".gguf") ? 1e-3 : 4e-5);
    });
  });

  test("GGUF files without biases open without any", async () => {
    for (const model of GGUFS.filter(({ name }) => name.includes("none"))) {
      const { texts, weights } = await openModel(filesOf(model));
      expect(texts.config).not.toHaveProperty("attention_bias");
      expect([...weights.shapes.keys()].filter((name) => name.endsWith("bias"))).toEqual([]);
    }
  });
});
