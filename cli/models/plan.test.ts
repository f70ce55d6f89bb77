import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { CURATED } from "../../src/hub/curated.ts";
import type { ModelOffer } from "../../src/lab/modelOffers.ts";
import { writeModelConfig } from "../../src/model/language/config.ts";
import { SMOL_CONFIG } from "../../src/model/memory/fixture.ts";
import { createWorkspace, ttrl } from "../fixture.ts";

const { folder, remove } = createWorkspace();
afterAll(remove);
const at = (...path: string[]): string => join(folder, ...path);

// Without weights: a plan does not read them.
writeFileSync(at("large.json"), JSON.stringify(writeModelConfig(SMOL_CONFIG)));

describe("ttrl plan", () => {
  test("tells parts and total of a model with its data set", async () => {
    const { status, stdout } = await ttrl([
      ...["plan", "--model", at("model"), "--dataset", at("data.json")],
      ...["--backend", "wasm", "--format", "json"],
      ...["--set", "maxResponseTokens=16"],
    ]);
    expect(status).toBe(0);
    const plan = JSON.parse(stdout) as {
      total: number;
      parts: { name: string; bytes: number }[];
      problem: unknown;
    };
    expect(plan.problem).toBeNull();
    expect(plan.parts.map(({ name }) => name)).toContain("weights");
    expect(plan.total).toBe(plan.parts.reduce((sum, { bytes }) => sum + bytes, 0));
  });

  test("says what would fit of a run that does not, and ends with status 2", async () => {
    const { status, stdout } = await ttrl([
      ...["plan", "--model", at("large.json"), "--backend", "wasm", "--limit", "3600MB"],
      ...["--set", "maxResponseTokens=4000"],
    ]);
    expect(status).toBe(2);
    expect(stdout).toMatch(/\| activations \| \d+ MB \|/);
    expect(stdout).toMatch(/3.5 GB are available: set the maximum response length to \d+ tokens or fewer/);
  });

  test("plans for a GPU without one", async () => {
    const { status, stdout } = await ttrl([
      ...["plan", "--model", at("large.json"), "--backend", "webgpu", "--limit", "8GB"],
    ]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/memory: about [\d.]+ GB of 8 GB on recorded graphs/);
  });
});

test("ttrl models lists the curated models with what fits, and downloads nothing", async () => {
  const { status, stdout } = await ttrl(["models", "--backend", "wasm", "--format", "json"]);
  expect(status).toBe(0);
  const offers = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as ModelOffer);
  expect(offers.map(({ repository }) => repository)).toEqual(CURATED.map(({ repository }) => repository));
  expect(offers[0]!.variants[0].problem).toBeNull();
  expect(offers.at(-1)!.variants[0].problem).toMatch(/choose a smaller model/);
  const { stdout: text } = await ttrl(["models", "--backend", "wasm", "--limit", "1GB"]);
  expect(text).toContain("Gated: accept Meta's licence");
  expect(text).toMatch(/`--model hf:Qwen\/Qwen3-0.6B@[0-9a-f]{40}`/);
});

test("a run that does not fit is refused before it begins", async () => {
  mkdirSync(at("far"));
  for (const name of readdirSync(at("model"))) copyFileSync(at("model", name), at("far", name));
  const config = JSON.parse(readFileSync(at("far", "config.json"), "utf8")) as object;
  writeFileSync(at("far", "config.json"), JSON.stringify({ ...config, max_position_embeddings: 2 ** 28 }));
  const run = [
    "run",
    "--model",
    at("far"),
    "--dataset",
    at("data.json"),
    "--backend",
    "wasm",
    "--out",
    at("out"),
  ];
  const { status, stderr } = await ttrl(run);
  expect(status).toBe(2);
  expect(stderr.trim()).toMatch(
    /^ttrl: the run needs about 8(\.\d)? GB of memory and 4 GB are available: choose a smaller model$/,
  );
});

test("a size that is none is told", async () => {
  const { status, stderr } = await ttrl(["plan", "--model", at("model"), "--limit", "much"]);
  expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining("8GB") as string });
});
