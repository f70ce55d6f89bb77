import { describe, expect, test } from "vitest";
import { readModelConfig } from "../src/model/config.ts";
import { matrixParameters } from "./models.ts";
import { embedded } from "./node.ts";
import { markdown, MATRIX_PARAMETERS } from "./report.ts";
import { compare, differenceOf, type Runner } from "./run.ts";
import type { Check, Job, JobResult, Part, Workload } from "./workload.ts";

const CHECK: Check = { greedy: [5, 6], losses: [0.5, 0.25] };
const WORKLOAD: Workload = { model: "abacus-0.2M", kind: "decode", rows: 64, tokens: 64 };

function resultOf(check: Check | null, ...parts: Part[]): JobResult {
  return { check, measurements: [{ workload: WORKLOAD, parts }], skipped: [] };
}

const part = (tokens: number, seconds: number): Part => ({ rows: 64, tokens, seconds, repeats: 1 });

async function resultsOf(results: Partial<Record<Job["contender"], JobResult>>) {
  const runner: Runner = {
    where: "a test",
    limits: { adapter: "paper", bytesPerSecond: 1e9, flopsPerSecond: 1e9 },
    run: ({ contender }) => Promise.resolve(results[contender]!),
    close: () => Promise.resolve(),
  };
  const jobs = (Object.keys(results) as Job["contender"][]).map((contender): Job => {
    return { contender, model: "abacus-0.2M", workloads: [WORKLOAD], budget: 1 };
  });
  let last = {
    date: "",
    where: "",
    machine: "",
    limits: runner.limits,
    budget: 1,
    versions: {},
    measurements: [],
    skipped: [],
  } as Parameters<typeof markdown>[0];
  for await (const found of compare(runner, jobs, () => {})) last = { ...last, ...found };
  return last;
}

describe("a comparison", () => {
  test("counts the parameters of each model's matrix products", () => {
    for (const name of ["abacus-0.1M", "abacus-0.2M", "abacus-0.5M"] as const)
      expect(MATRIX_PARAMETERS[name], name).toBe(matrixParameters(readModelConfig(embedded(name).config)));
  });

  test("takes ratios over the largest part that both ran", async () => {
    const report = await resultsOf({
      engine: resultOf(CHECK, part(4, 0.1), part(16, 0.4), part(64, 2)),
      "tensorflow-webgpu": resultOf(CHECK, part(4, 2), part(16, 8)), // 8 / 0.4, not 8 / 2
    });
    expect(markdown(report)).toContain("| 64 x 16 | 8.00 | 128 |");
    expect(markdown(report)).toContain("20.0x");
  });

  test("does not report whoever computes something else, and says what", async () => {
    const wrong = { ...CHECK, losses: [0.5, 0.3] } as const;
    const report = await resultsOf({
      engine: resultOf(CHECK, part(4, 0.1)),
      "jax-webgpu": resultOf(wrong, part(4, 0.01)),
      nanogpt: resultOf(null, part(4, 3)), // another architecture, which the table says
    });
    expect(report.measurements.map(({ contender }) => contender)).toEqual(["engine", "nanogpt"]);
    expect(markdown(report)).toContain(
      "its results are wrong: its loss after a training step is 0.3, not 0.25",
    );
  });

  test("takes roundings for the same", () => {
    expect(differenceOf({ ...CHECK, losses: [0.50001, 0.25001] }, CHECK)).toBeNull();
    expect(differenceOf({ ...CHECK, losses: null }, CHECK)).toBeNull();
    expect(differenceOf({ ...CHECK, greedy: [5, 7] }, CHECK)).toBe(
      "its most probable tokens are 5 7, not 5 6",
    );
  });
});
