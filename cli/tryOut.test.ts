/** What a run and a try say about responses, on WASM with an embedded model. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ttrl } from "./fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "ttrl-try-"));
afterAll(() => rmSync(folder, { recursive: true }));

const MODEL = ["--model", "public/models/abacus-0.1M", "--backend", "wasm"];
const WORD = [...MODEL, "--dataset", "public/datasets/word.json"];
const STEPS = [
  ...["--steps", "3", "--questions-per-step", "2", "--votes-per-question", "4"],
  ...["--rollouts-per-question", "4", "--evaluation-questions", "2", "--evaluation-samples", "2"],
  ...["--initial-samples", "2"],
];

test("a run whose responses are all truncated says so once, with step, setting and value", async () => {
  const out = join(folder, "cut");
  const { status, stderr } = await ttrl([
    ...["run", ...WORD, ...STEPS, "--max-response-tokens", "2", "--out", out],
  ]);
  expect(status).toBe(0);
  const said = stderr.split("\n").filter((line) => line.includes("cut at maxResponseTokens"));
  expect(said).toEqual([
    "step 1: 8 of 8 responses were cut at maxResponseTokens (2): set maxResponseTokens to 112 or more",
  ]);
  expect(stderr).toContain("step 1: none of the 8 responses ended with an end-of-sequence token");
});
