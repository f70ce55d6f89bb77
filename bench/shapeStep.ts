/**
 * `npm run -s bench -- --step <shape>`: runs one TTRL step at the shape of a published model, a rank-16 adapter on a q4_0 base of
 * random weights; prints its measured and planned memory and its speed.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startBackend } from "../cli/backend.ts";
import { watchGpuBytes } from "../src/webgpu/gpuCalls/fixture.ts";
import { bytesText } from "../src/math/bytes.ts";
import { initialAdapter } from "../src/model/weights/adapter.ts";
import { readModelConfig, type ModelConfig } from "../src/model/language/config.ts";
import type { LanguageModel } from "../src/model/language/languageModel.ts";
import { partOfBuffer } from "../src/model/memory/graphMemory.ts";
import { machineFor } from "../src/model/memory/machine.ts";
import { planMemory, type MemoryPlan } from "../src/model/memory/planMemory.ts";
import { trainedParameters } from "../src/model/memory/trainedParameters.ts";
import { openPolicy } from "../src/model/openPolicy.ts";
import { TrainableModels } from "../src/model/trainableModels.ts";
import { methodOf, configFrom } from "../src/rl/ttrlConfig.ts";
import { demandOf } from "../src/model/memory/demand.ts";
import { initialProgress, runStudy, type StudyStep } from "../src/rl/metrics/studyRun.ts";
import type { Study } from "../src/rl/metrics/answerKey.ts";
import { ROOT } from "../tools/ensurePackages.mjs";
import type { WeightSource } from "../src/formats/numbers/weightSource.ts";
import { elementCount } from "../src/math/tensor.ts";
import { createRandom } from "../src/math/random.ts";
import { parameterShapes } from "../src/model/weights/parameters.ts";

/** Number of draws, which are repeated: drawing billions would take longer than the measured step. */
const DRAWN = 2 ** 20 + 7;
/** Standard deviation. */
const DEVIATION = 0.02;

const [name = "", ...sizes] = process.argv.slice(2);
const [votes = 0, tokens = 0, promptTokens = 0] = sizes.map(Number);

const config = configFrom({
  steps: 1,
  questionsPerStep: 1,
  votesPerQuestion: votes,
  rolloutsPerQuestion: votes,
  maxResponseTokens: tokens,
  evaluationQuestions: 1,
  evaluationSamples: 1,
  initialSamples: 1,
  warmupSteps: 0,
  trainable: "lora",
  basePrecision: "q4_0",
});
const study: Study = { questions: [{ id: "0", prompt: "" }], answerKey: new Map(), task: "math" };
const model = modelOf(readShape());

function readShape(): ModelConfig {
  const folder = join(ROOT, "src/model/fixtures/published");
  const file = join(folder, `${name}.json`);
  if (existsSync(file)) return readModelConfig(JSON.parse(readFileSync(file, "utf8")));
  const known = readdirSync(folder).filter((each) => each.endsWith(".json"));
  console.error(
    `--step ${name}: unknown shape; choose from ${known.map((each) => each.slice(0, -5)).join(", ")}`,
  );
  process.exit(1);
}

/** A model without end-of-sequence tokens and with one of three answers as every text, since random weights write none. */
function modelOf(shape: ModelConfig): LanguageModel {
  return {
    config: { ...shape, eosTokens: [] },
    tokenizer: {
      encode: () => new Int32Array(),
      promptText: () => "",
      decode: (ids) => `\\boxed{${(ids[ids.length - 1] ?? 0) % 3}}`,
      encodePrompt: () => Int32Array.from({ length: promptTokens }, (_, i) => (7 * i + 3) % shape.vocabulary),
      end: null,
      turnEnd: null,
      beginning: "",
      hasChatTemplate: true,
    },
    notes: [],
  };
}

const { graphs, report } = await startBackend("webgpu");
if (typeof graphs === "string") throw new Error(graphs);
const trained = trainedParameters(model.config, config);
const { adapter: adapterConfig, basePrecision } = trained;
const machine = await machineFor(model.config, graphs, config);
if (machine === null || adapterConfig === null)
  throw new Error("recorded graphs cannot run this shape on this GPU");
const plan = await planMemory(
  { ...trained, demand: demandOf(methodOf(config), 1), promptLengths: [promptTokens] },
  machine,
);
if (plan.problem !== null) throw new Error(plan.problem);

const watch = watchGpuBytes(graphs.gpu.device);
const start = performance.now();
const adapter = initialAdapter(model.config, adapterConfig, 0);
const { policy } = await openPolicy(
  model,
  {
    ...{ weights: shapeWeights(model.config, 0), adapter, basePrecision, optimizer: null },
    reference: config.klCoefficient > 0 ? adapter.tensors : null,
  },
  graphs,
  plan.budget,
);
const packedSeconds = (performance.now() - start) / 1000;
const models = new TrainableModels(policy, adapter.tensors);
// Evaluations are not part of the step.
const progress = { ...initialProgress(config), evaluated: true };
for await (const event of runStudy(models, study, config, progress)) {
  if (event.type === "stepped") print(event.step, plan);
  process.exit(0); // Dawn's threads keep the process alive
}

function print({ metrics, timing }: StudyStep, { parts, total, budget }: MemoryPlan): void {
  const buffers = watch.buffers(); // within a step only buffers that were too small are released
  const held = new Map<string, number>();
  for (const buffer of buffers) {
    const part = partOfBuffer(buffer);
    held.set(part, (held.get(part) ?? 0) + buffer.size);
  }
  console.log(
    `${name}, ${report.device}, ${votes} votes of ${tokens} tokens on a prompt of ${promptTokens}, micro-batches of ` +
      `${budget.microBatchTokens} tokens${budget.recompute ? ", gradient checkpointing" : ""}\n`,
  );
  console.log("| part | planned | measured |\n|---|---:|---:|");
  for (const { name: part, bytes } of parts)
    console.log(`| ${part} | ${bytesText(bytes)} | ${bytesText(held.get(part) ?? 0)} |`);
  console.log(`| all | ${bytesText(total)} | ${bytesText(watch.held())} |\n`);
  console.log(
    `base generated and packed in ${packedSeconds.toFixed(1)} s; sampling ${timing.sampleSeconds.toFixed(1)} s, ` +
      `${timing.sampleTokensPerSecond.toFixed(2)} tokens/s; training ${timing.trainSeconds.toFixed(1)} s, ` +
      `${timing.trainTokensPerSecond.toFixed(2)} tokens/s; majority ratio ${metrics.majorityRatio.toFixed(3)}, ` +
      `gradient norm ${metrics.gradientNorm}, logprob gap ${metrics.logprobGap}; peak resident memory ` +
      bytesText(process.resourceUsage().maxRSS * 1024),
  );
}

/** Random weights of a shape, each tensor generated when read: norms of one, biases of zero and normal matrices. */
function shapeWeights(config: ModelConfig, seed: number): WeightSource {
  const shapes = parameterShapes(config);
  const random = createRandom(seed);
  const drawn = Float32Array.from({ length: DRAWN }, () => DEVIATION * random.normal());
  const starts = new Map([...shapes.keys()].map((name) => [name, random.integer(0, DRAWN)]));
  return {
    shapes,
    read(name) {
      const data = new Float32Array(elementCount(shapes.get(name) ?? []));
      if (name.endsWith("norm.weight")) data.fill(1);
      else if (name.endsWith(".weight")) repeat(data, drawn, starts.get(name) ?? 0);
      return Promise.resolve(data);
    },
  };
}

/** Fills `data` with `drawn` repeated, from index `start`. */
function repeat(data: Float32Array, drawn: Float32Array, start: number): void {
  for (let at = 0, from = start; at < data.length; from = 0) {
    const piece = drawn.subarray(from, Math.min(drawn.length, from + data.length - at));
    data.set(piece, at);
    at += piece.length;
  }
}
