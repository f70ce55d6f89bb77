import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { mean } from "../src/math/stats.ts";
import { createWorkspace, killAfterLines, QUICK, ttrl } from "./fixture.ts";

const { folder, remove } = createWorkspace();
afterAll(remove);
const at = (...path: string[]): string => join(folder, ...path);
writeFileSync(at("quick.json"), JSON.stringify(QUICK));

const INPUTS = ["--model", at("model"), "--dataset", at("data.json")];
const QUICK_RUN = ["run", ...INPUTS, "--config", at("quick.json"), "--backend", "wasm"];

const metricsOf = (out: string): string => readFileSync(at(out, "metrics.jsonl"), "utf8");
const linesOf = (log: string): string[] => gunzipSync(readFileSync(log)).toString().trim().split("\n");
const weightsOf = (out: string): Buffer => readFileSync(at(out, "model", "model.safetensors"));

describe("help", () => {
  test.each(["run", "eval", "generate", "score", "vote"])(
    "of %s has examples and goes to standard output",
    async (name) => {
      const { status, stdout, stderr } = await ttrl([name, "--help"]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toContain(`Usage: ttrl ${name}`);
      expect(stdout).toContain("Examples:");
    },
  );
});

describe("what the user got wrong is told in one line, with status 2", () => {
  writeFileSync(at("text.json"), "hello");
  mkdirSync(at("empty"));
  mkdirSync(at("taken"));
  writeFileSync(at("taken", "run.json"), "{}");
  test.each<[string, string[], RegExp, string?]>([
    ["no command", [], /name a command: run, try, eval/],
    ["an unknown command", ["rum"], /unknown command 'rum' \(Did you mean run\?\)/],
    ["an unknown option", ["vote", "--fast"], /unknown option '--fast'/],
    [
      "a missing option",
      ["run", "--model", at("model")],
      /run needs --model <source>, --dataset <source> and --out/,
    ],
    [
      "a value out of bounds",
      ["run", ...INPUTS, "--out", at("x"), "--steps", "0"],
      /steps must be within 1 and/,
    ],
    [
      "a log in no folder",
      ["eval", ...INPUTS, "--log-responses", at("none", "log.jsonl.gz")],
      /log.jsonl.gz: .*no such file or directory/,
    ],
    [
      "no such file",
      ["eval", "--model", at("model"), "--dataset", at("none.json")],
      /none\.json: there is no such file/,
    ],
    [
      "a malformed data set",
      ["eval", "--model", at("model"), "--dataset", at("text.json")],
      /text\.json: the file is neither/,
    ],
    [
      "a folder without a model",
      ["eval", "--model", at("empty"), "--dataset", at("data.json")],
      /empty: The model folder has no/,
    ],
    ["a folder with a run", ["run", ...INPUTS, "--out", at("taken")], /taken: a run is here already/],
    ["a folder without a run", ["run", "--resume", at("empty")], /empty: no run is here/],
    [
      "a surplus option",
      ["run", "--resume", at("taken"), "--seed", "1"],
      /only --steps and --cache may be given, not seed/,
    ],
    [
      "a malformed line",
      ["vote"],
      /standard input, line 2: "responses" expected array/,
      '{"id":1,"task":"math","responses":["1"]}\n{"id":2,"task":"math"}\n',
    ],
  ])("%s", async (_, args, message, input = "") => {
    const { status, stderr } = await ttrl(args, { input });
    expect(stderr.trim().split("\n")).toEqual([expect.stringMatching(message)]);
    expect(status).toBe(2);
  });
});

describe("run", () => {
  test("trains, measures, and leaves a folder that opens like any other model", async () => {
    const options = ["--steps", "2", "--seed", "4", "--eval", at("transfer.json")];
    const { status, stdout } = await ttrl([...QUICK_RUN, ...options, "--out", at("a")]);
    expect(status).toBe(0);
    const summary = JSON.parse(stdout) as unknown; // one line: anything else fails to parse
    const measured = {
      samples: 4,
      passAt1: expect.any(Number) as number,
      majAtN: expect.any(Number) as number,
    };
    expect(summary).toMatchObject({
      model: "model",
      dataset: "data",
      backend: "wasm",
      seed: 4,
      steps: 2,
      base: measured,
      final: measured,
      evals: { transfer: { base: measured, final: measured } },
      out: at("a"),
    });
    expect(readdirSync(at("a")).sort()).toEqual([
      "checkpoint",
      "metrics.jsonl",
      "model",
      "responses.jsonl.gz",
      "run.json",
      "timing.jsonl",
    ]);
    expect(readdirSync(at("a", "model")).sort()).toEqual([
      "README.md",
      "config.json",
      "generation_config.json",
      "metrics.csv",
      "metrics.json",
      "model.safetensors",
      "run.json",
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
    const types = metricsOf("a")
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types).toEqual(["evaluation", "evaluation", "step", "step", "evaluation", "evaluation"]);
    const voted = await ttrl(["vote", at("a", "responses.jsonl.gz")]);
    const votes = voted.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, number>);
    expect(votes).toHaveLength(2 * (6 + 3)); // the questions of both data sets, before and after
    const own = votes.filter(({ dataset, step }) => String(dataset) === "data" && step === 0);
    expect(summary).toMatchObject({
      base: {
        passAt1: mean(own.map(({ ground_truth_ratio: ratio }) => ratio!)),
        majAtN: mean(own.map(({ label_accuracy: accuracy }) => accuracy!)),
      },
    });
    const evaluated = await ttrl([
      "eval",
      "--model",
      at("a", "model"),
      ...INPUTS.slice(2),
      "--samples",
      "2",
      "--max-response-tokens",
      "8",
      "--log-responses",
      at("evaluated.jsonl.gz"),
      "--backend",
      "cpu",
    ]);
    expect(JSON.parse(evaluated.stdout)).toMatchObject({
      samples: 2,
      questions: 6,
      byLevel: [{ level: "L1" }, { level: "L2" }],
    });
    expect(linesOf(at("evaluated.jsonl.gz"))).toHaveLength(6);
  });

  test("killed or interrupted at any moment and continued, it equals the undisturbed run", async () => {
    const options = [
      ...QUICK_RUN,
      "--steps",
      "40",
      "--seed",
      "1",
      "--checkpoint-every",
      "3",
      "--log-responses",
    ];
    const undisturbed = await ttrl([...options, "--out", at("undisturbed")]);
    expect(undisturbed.status).toBe(0);
    for (const signal of ["SIGKILL", "SIGINT"] as const) {
      const out = at(signal);
      mkdirSync(out);
      const stopped = await ttrl([...options, "--out", out], {
        onStart: (child) => killAfterLines(out, 8, () => child.kill(signal)),
      });
      expect(stopped.stdout).toBe("");
      if (signal === "SIGINT") {
        expect(stopped.status).toBe(130);
        expect(stopped.stderr).toContain(`continue with: ttrl run --resume ${out}`);
      }
      const resumed = await ttrl(["run", "--resume", out]);
      expect(resumed.status).toBe(0);
      expect(metricsOf(signal)).toBe(metricsOf("undisturbed"));
      expect(linesOf(at(signal, "responses.jsonl.gz"))).toEqual(
        linesOf(at("undisturbed", "responses.jsonl.gz")),
      );
      expect(weightsOf(signal).equals(weightsOf("undisturbed"))).toBe(true);
    }
  }, 180_000); // five runs of the program one after the other

  test("continued on another data set than it was begun with, it says so", async () => {
    writeFileSync(at("own.json"), readFileSync(at("data.json")));
    const args = ["run", "--model", at("model"), "--dataset", at("own.json"), "--config", at("quick.json")];
    await ttrl([...args, "--steps", "1", "--backend", "wasm", "--out", at("changed")]);
    writeFileSync(at("own.json"), readFileSync(at("transfer.json")));
    const { status, stderr } = await ttrl(["run", "--resume", at("changed"), "--steps", "2"]);
    expect(stderr).toContain("own.json: it has changed since the run was begun");
    expect(status).toBe(2);
  });
});

describe("generate and score", () => {
  test("scoring what was sampled gives the logprobs it was sampled with", async () => {
    const args = ["--model", at("model"), "--backend", "wasm", "--temperature", "0.7"];
    const sampling = [
      "--prompt",
      "7 + 5 =",
      "--count",
      "3",
      "--max-tokens",
      "12",
      "--logprobs",
      "--seed",
      "9",
    ];
    const sampled = await ttrl(["generate", ...args, ...sampling]);
    const lines = (text: string) =>
      text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as { tokens: number[]; logprobs: number[] });
    const responses = lines(sampled.stdout);
    expect(responses).toHaveLength(3);
    const scored = lines((await ttrl(["score", ...args, "--in", "-"], { input: sampled.stdout })).stdout);
    for (const [i, { tokens, logprobs }] of responses.entries()) {
      expect(scored[i]?.tokens).toEqual(tokens);
      // Sampler and trainer run different kernels in float32: the tolerance the method allows itself.
      logprobs.forEach((logprob, t) =>
        expect(Math.abs(logprob - (scored[i]?.logprobs[t] ?? 0))).toBeLessThan(1e-4),
      );
    }
  });

  test("a raw text without a prompt has no logprob for its first token", async () => {
    const input = '{"text":"hello there"}\n';
    const args = ["score", "--model", at("model"), "--in", "-", "--backend", "cpu"];
    const raw = JSON.parse((await ttrl([...args, "--raw"], { input })).stdout) as {
      logprobs: unknown[];
      tokens: number[];
    };
    expect(raw.logprobs[0]).toBeNull();
    expect(raw.logprobs).toHaveLength(raw.tokens.length);
  });

  test("greedy responses do not depend on the seed", async () => {
    const args = [
      "generate",
      "--model",
      at("model"),
      "--prompt",
      "1 + 1 =",
      "--greedy",
      "--max-tokens",
      "6",
      "--backend",
      "cpu",
    ];
    const [one, two] = await Promise.all(["1", "2"].map((seed) => ttrl([...args, "--seed", seed])));
    expect(one?.stdout).toMatch(/^{"prompt"/);
    expect(one?.stdout).toBe(two?.stdout);
  });
});

test("a reader that closes the pipe ends the program quietly", async () => {
  const line = `${JSON.stringify({ id: 1, task: "math", responses: ["\\boxed{1}"] })}\n`;
  const { status, stderr } = await ttrl(["vote"], {
    input: line.repeat(20_000),
    onStart: (child) => child.stdout?.once("data", () => child.stdout?.destroy()),
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});
