/** What a run and a try say about responses, on WASM with an embedded model. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { TryOut } from "../src/lab/tryOut.ts";
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

test("a try shows prompt, responses, answers, truth and end, and names what is wrong", async () => {
  const { status, stdout, stderr } = await ttrl(["try", ...WORD, "--limit", "3", "--json"]);
  expect({ status, stderr: stderr.includes("Error") }).toEqual({ status: 0, stderr: false });
  const { questions, findings } = JSON.parse(stdout) as TryOut;
  expect(questions.map(({ responses }) => responses.length)).toEqual([8, 8]);
  expect(questions[0]?.prompt).toMatch(/^<bos>.+\?\n$/s);
  const responses = questions.flatMap((question) => question.responses);
  for (const { text, answer, found, tokens } of responses) {
    expect(tokens).toBeGreaterThan(0);
    if (answer !== null) expect(text.slice(found!.start, found!.end)).toBe(`\\boxed{${answer}}`);
  }
  expect(responses.filter(({ finished, right }) => finished && right !== null).length).toBeGreaterThan(8);
  expect(findings.map(({ kind }) => kind)).not.toContain("truncated");

  const again = await ttrl(["try", ...WORD, "--limit", "3", "--json"]);
  expect(again.stdout).toBe(stdout); // same seed
});

test("a try of truncated responses, and of a format that finds nothing, says what to set", async () => {
  const cut = await ttrl(["try", ...WORD, "--max-response-tokens", "2"]);
  expect(cut.stdout).toContain("! 16 of 16 responses were cut at maxResponseTokens (2)");
  expect(cut.stdout).toContain("2 tokens, cut ---");
  const mismatch = await ttrl(["try", ...WORD, "--answer-format", "hash"]);
  expect(mismatch.stdout).toMatch(/! answerFormat hash found no answer .*: set answerFormat to (auto|boxed)/);
});
