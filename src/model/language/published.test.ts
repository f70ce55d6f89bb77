/** The backbones of TTRL (arXiv 2504.16084), by their published configurations: see fixtures/published/README.md. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readModelConfig, type ModelConfig } from "./config.ts";
import { parameterCount } from "../weights/parameters.ts";

const folder = new URL("../fixtures/published/", import.meta.url);

function published(name: string): ModelConfig {
  return readModelConfig(JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")));
}

/** Layers, D, H, Hkv, size of a head, F, V, positions, and the number of parameters that its publisher or Hub gives. */
const EXPECTED: readonly [string, number[], number][] = [
  ["Qwen2.5-Math-1.5B", [28, 1536, 12, 2, 128, 8960, 151_936, 4096], 1_543_714_304],
  ["Qwen2.5-Math-7B", [28, 3584, 28, 4, 128, 18_944, 152_064, 4096], 7_615_616_512],
  ["Qwen2.5-7B", [28, 3584, 28, 4, 128, 18_944, 152_064, 131_072], 7_615_616_512],
  ["Qwen2.5-32B", [64, 5120, 40, 8, 128, 27_648, 152_064, 131_072], 32_763_876_352],
  ["Llama-3.1-8B-Instruct", [32, 4096, 32, 8, 128, 14_336, 128_256, 131_072], 8_030_261_248],
  ["Llama-3.2-3B-Instruct", [28, 3072, 24, 8, 128, 8192, 128_256, 131_072], 3_212_749_824],
  ["Qwen3-8B", [36, 4096, 32, 8, 128, 12_288, 151_936, 40_960], 8_190_735_360],
  ["Mistral-Nemo-Instruct-2407", [40, 5120, 32, 8, 128, 14_336, 131_072, 1_024_000], 12_247_782_400],
  ["Ministral-8B-Instruct-2410", [36, 4096, 32, 8, 128, 12_288, 131_072, 32_768], 8_019_808_256],
  ["DeepSeek-Math-7B-Instruct", [30, 4096, 32, 32, 128, 11_008, 102_400, 4096], 6_910_365_696],
  ["DeepSeek-R1-Distill-Llama-8B", [32, 4096, 32, 8, 128, 14_336, 128_256, 131_072], 8_030_261_248],
];

test.each(EXPECTED)("%s has its shape and its number of parameters", (name, shape, parameters) => {
  const config = published(name);
  const { layers, width, heads, kvHeads, headDim, hiddenWidth, vocabulary, maxPositions } = config;
  expect([layers, width, heads, kvHeads, headDim, hiddenWidth, vocabulary, maxPositions]).toEqual(shape);
  expect(parameterCount(config)).toBe(parameters);
});

test("each has the options of its architecture", () => {
  const options = (name: string) => {
    const { architecture, qkvBias, qkNorm, tied, ropeTheta, ropeScaling } = published(name);
    return { architecture, qkvBias, qkNorm, tied, ropeTheta, ropeScaling };
  };
  const llama3 = (factor: number) => ({
    type: "llama3",
    factor,
    lowFrequency: 1,
    highFrequency: 4,
    originalPositions: 8192,
  });
  const plain = { qkvBias: false, qkNorm: false, tied: false, ropeScaling: null };
  const qwen2 = { ...plain, architecture: "qwen2", qkvBias: true };
  const llama31 = { ...plain, architecture: "llama", ropeTheta: 5e5, ropeScaling: llama3(8) };
  expect(options("Qwen2.5-Math-1.5B")).toEqual({ ...qwen2, tied: true, ropeTheta: 1e4 });
  expect(options("Qwen2.5-Math-7B")).toEqual({ ...qwen2, ropeTheta: 1e4 });
  for (const name of ["Qwen2.5-7B", "Qwen2.5-32B"])
    expect(options(name)).toEqual({ ...qwen2, ropeTheta: 1e6 });
  for (const name of ["Llama-3.1-8B-Instruct", "DeepSeek-R1-Distill-Llama-8B"])
    expect(options(name)).toEqual(llama31);
  expect(options("Llama-3.2-3B-Instruct")).toEqual({ ...llama31, tied: true, ropeScaling: llama3(32) });
  expect(options("DeepSeek-Math-7B-Instruct")).toEqual({ ...plain, architecture: "llama", ropeTheta: 1e4 });
  expect(options("Qwen3-8B")).toEqual({ ...plain, architecture: "qwen3", qkNorm: true, ropeTheta: 1e6 });
  expect(options("Mistral-Nemo-Instruct-2407")).toEqual({
    ...plain,
    architecture: "mistral",
    ropeTheta: 1e6,
  });
  expect(options("Ministral-8B-Instruct-2410")).toEqual({
    ...plain,
    architecture: "mistral",
    ropeTheta: 1e8,
  });
});

test("none of the files is left out", () => {
  const names = readdirSync(folder).filter((file) => file.endsWith(".json"));
  expect(names.sort()).toEqual(EXPECTED.map(([name]) => `${name}.json`).sort());
});
