import { describe, expect, test } from "vitest";
import { LADDER } from "../../tools/pretraining/ladder.ts";
import { matrixParameters } from "../contenders/models.ts";
import { markdown } from "./report.ts";
import { compare, differenceOf, type Report, type Runner } from "./run.ts";
import type { Job, JobResult } from "./job.ts";
import type { Check, Part, Workload } from "../contenders/workload.ts";

const CHECK: Check = { greedy: [5, 6], logprobs: [-0.5, -1], losses: [0.5, 0.25] };
const WORKLOAD: Workload = { model: "abacus-0.2M", kind: "decode", rows: 64, tokens: 64 };

function resultOf(check: Check | null, ...parts: Part[]): JobResult {
  return { check, measurements: [{ workload: WORKLOAD, parts, parameters: 218_112 }], skipped: [] };
}

const part = (tokens: number, seconds: number): Part => ({ rows: 64, tokens, seconds, repeats: 1 });

const EMPTY: Report = {
  date: "",
  command: "npm run bench -- --only engine",
  where: "a test",
  cores: 2,
  load: [0.5, 1.25],
  limits: null,
  budget: 1,
  full: ["tensorflow-webgpu"],
  versions: {},
  measurements: [],
  skipped: [],
};

async function resultsOf(results: Partial<Record<Job["contender"], JobResult>>) {
  const runner: Runner = {
    where: "a test",
    limits: { adapter: "paper", software: false, bytesPerSecond: 1e9, flopsPerSecond: 1e9 },
    run: ({ contender }) => Promise.resolve(results[contender]!),
    close: () => Promise.resolve(),
  };
  const jobs = (Object.keys(results) as Job["contender"][]).map((contender): Job => {
    return { contender, model: "abacus-0.2M", workloads: [WORKLOAD], budget: 1, full: false };
  });
  let last: Report = { ...EMPTY, limits: runner.limits };
  for await (const found of compare(runner, jobs, () => {})) last = { ...last, ...found };
  return last;
}

describe("a comparison", () => {
  test("counts the parameters of each model's matrix products", () => {
    const counts = LADDER.map(({ name, config }) => [name, matrixParameters(config)]);
    expect(Object.fromEntries(counts)).toEqual({
      "abacus-0.1M": 132_864,
      "abacus-0.2M": 218_112,
      "abacus-0.5M": 486_912,
    });
  });

  test("takes ratios over the largest common part", async () => {
    const report = await resultsOf({
      engine: resultOf(CHECK, part(4, 0.1), part(16, 0.4), part(64, 2)),
      "tensorflow-webgpu": resultOf(CHECK, part(4, 2), part(16, 8)), // 8 / 0.4, not 8 / 2
    });
    expect(markdown(report)).toContain("| 64 x 16 of 64 x 64 | 1 | 8.00 | 128 |");
    expect(markdown(report)).toContain("| 20.0x at 64 x 16 |");
  });

  test("omits the size where both ran everything", async () => {
    const report = await resultsOf({
      engine: resultOf(CHECK, part(4, 0.1), part(64, 2)),
      "tensorflow-webgpu": resultOf(CHECK, part(64, 18)),
    });
    expect(markdown(report)).toContain("| WebGPU | 64 x 64 | 1 | 18.0 |");
    expect(markdown(report)).toContain("| 9.00x |");
  });

  test("gives the command, the load average, the contenders run in full and what was not requested", () => {
    const text = markdown(EMPTY);
    expect(text).toContain("Written by `npm run bench -- --only engine`");
    expect(text).toContain("whose load average was 0.5 when the run began and 1.3 when it ended");
    expect(text).toContain(
      "gets 1 s; TensorFlow.js operations on WebGPU ran everything with the first model, regardless of time",
    );
  });

  test("omits contenders whose results differ, and reports the difference", async () => {
    const wrong = { ...CHECK, losses: [0.5, 0.3] } as const;
    const report = await resultsOf({
      engine: resultOf(CHECK, part(4, 0.1)),
      "jax-webgpu": resultOf(wrong, part(4, 0.01)),
      nanogpt: resultOf(null, part(4, 3)), // another architecture, as the table notes
    });
    expect(report.measurements.map(({ contender }) => contender)).toEqual(["engine", "nanogpt"]);
    expect(markdown(report)).toContain(
      "its results are wrong: its loss after a training step is 0.3, not 0.25",
    );
  });

  test("accepts rounding differences", () => {
    expect(differenceOf({ ...CHECK, losses: [0.50001, 0.25001] }, CHECK)).toBeNull();
    expect(differenceOf({ ...CHECK, losses: null, logprobs: null }, CHECK)).toBeNull();
    expect(differenceOf({ ...CHECK, logprobs: [-0.5, -1.01] }, CHECK)).toBe(
      "its logprob of token 2 is -1.01, not -1",
    );
    expect(differenceOf({ ...CHECK, greedy: [5, 7] }, CHECK)).toBe(
      "its most probable tokens are 5 7, not 5 6",
    );
  });
});
