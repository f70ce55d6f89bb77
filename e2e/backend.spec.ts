/** The choice of the backend. WebGPU is computed in software here, by SwiftShader. */
import type { Evaluation } from "../src/rl/metrics/metrics.ts";
import type { BackendChoice } from "../src/report/backend.ts";
import { expect, QUICK, test, type Lab } from "./lab.ts";

/** The smallest step: one question, two short responses. The first evaluation is greedy. */
const TINY = {
  ...QUICK,
  questionsPerStep: 1,
  votesPerQuestion: 2,
  rolloutsPerQuestion: 2,
  maxResponseTokens: 8,
  evaluationQuestions: 1,
  evaluationTemperature: 0,
  initialSamples: 1,
};

/** Runs one step and returns the evaluation before it. */
async function initialEvaluation(lab: Lab, backend: BackendChoice): Promise<Evaluation> {
  await lab.open(TINY, backend);
  await lab.runSteps(1);
  const [evaluated] = await lab.eventsOf("evaluated");
  return evaluated!.evaluation;
}

test("the page is cross-origin isolated, prefers WASM to software WebGPU, and shows why", async ({
  lab,
  page,
}) => {
  await lab.open();
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await lab.runSteps(1);
  const backend = page.getByTestId("backend");
  await expect(backend).toContainText("WebAssembly");
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  await expect(backend).toContainText(cores === 1 ? "SIMD, 1 thread" : `SIMD, ${Math.min(cores, 8)} threads`);
  await expect(backend).toContainText(/software.*slower than WASM/);
  await expect(backend).not.toContainText("recorded graphs"); // of which it has no choice
});

test("the backend webgpu runs recorded graphs, and its initial evaluation equals that of WASM", async ({
  lab,
  page,
}) => {
  const onWasm = await initialEvaluation(lab, "wasm");
  await page.goto("about:blank");
  const onWebGpu = await initialEvaluation(lab, "webgpu");
  await expect(page.getByTestId("backend")).toContainText(
    /WebGPU.*swiftshader.*asked for.*recorded graphs: WebGPU runs/i,
  );
  const [stepped] = await lab.eventsOf("stepped");
  expect(stepped!.metrics.logprobGap).toBeLessThan(1e-4);
  // Greedy responses are equal; entropies differ by the order of float32 sums.
  expect(onWebGpu.sampledTokens).toBe(onWasm.sampledTokens);
  expect(onWebGpu.questions).toEqual(onWasm.questions);
  expect(onWebGpu.entropy).toBeCloseTo(onWasm.entropy, 3);
});

test("the backend with TensorFlow.js operations on WebGPU runs, for comparison", async ({ lab, page }) => {
  test.slow(); // a GPU in software
  await lab.open(TINY, "webgpu-operations");
  await lab.button("Start").click();
  await expect.poll(async () => (await lab.eventsOf("evaluated")).length, { timeout: 60_000 }).toBe(1);
  await lab.button("Stop").click();
  await lab.reaches("stopped");
  await expect(page.getByTestId("backend")).toContainText(
    /WebGPU.*swiftshader.*TensorFlow\.js operations: asked for/i,
  );
});

test("the backend cpu runs a step in plain JavaScript", async ({ lab, page }) => {
  await lab.open({ ...QUICK, questionsPerStep: 1, maxResponseTokens: 8, evaluationQuestions: 1 }, "cpu");
  await lab.runSteps(1);
  await expect(page.getByTestId("backend")).toContainText("Plain JavaScript");
});
