/**
 * `npm run -s bench -- --step <shape>`: one TTRL step at the shape of a published model, an adapter of rank 16 beside a q4_0
 * base of random weights: what it takes of memory beside what is planned, and how fast it is.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startBackend } from "../../cli/backend.ts";
import { watchGpuBytes } from "../../src/webgpu/gpuCalls/fixture.ts";
import { bytesText } from "../../src/math/bytes.ts";
import { initialAdapter } from "../../src/model/weights/adapter.ts";
import { readModelConfig, type ModelConfig } from "../../src/model/language/config.ts";
import type { LanguageModel } from "../../src/model/language/languageModel.ts";
import { partOfBuffer } from "../../src/model/memory/graphMemory.ts";
import { machineFor } from "../../src/model/memory/machine.ts";
import { planMemory, type MemoryPlan } from "../../src/model/memory/planMemory.ts";
import { trainedParameters } from "../../src/model/memory/trainedParameters.ts";
import { openPolicy } from "../../src/model/openPolicy.ts";
import { TrainableModels } from "../../src/model/trainableModels.ts";
import { methodOf, configFrom } from "../../src/rl/ttrlConfig.ts";
import { demandOf } from "../../src/model/memory/demand.ts";
import { runStudy, type StudyStep } from "../../src/rl/metrics/studyRun.ts";
import { initialProgress } from "../../src/rl/run.ts";
import type { Study } from "../../src/rl/metrics/answerKey.ts";
import { ROOT } from "../comparison/node.ts";
import { shapeWeights } from "./shapeWeights.ts";

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
    `--step ${name}: there is no such shape; name one of ${known.map((each) => each.slice(0, -5)).join(", ")}`,
  );
  process.exit(1);
}

/** Random weights write no text: one of three answers stands for it, and no row ends before it is cut. */
function modelOf(shape: ModelConfig): LanguageModel {
  return {
    config: { ...shape, eosTokens: [] },
    tokenizer: {
      encode: () => new Int32Array(),
      decode: (ids) => `\\boxed{${(ids[ids.length - 1] ?? 0) % 3}}`,
      encodePrompt: () => Int32Array.from({ length: promptTokens }, (_, i) => (7 * i + 3) % shape.vocabulary),
    },
  };
}

const { graphs, report } = await startBackend("webgpu");
if (typeof graphs === "string") throw new Error(graphs);
const trained = trainedParameters(model.config, config);
const { adapter: adapterConfig, basePrecision } = trained;
const machine = await machineFor(model.config, graphs, config);
if (machine === null || adapterConfig === null) throw new Error("recorded graphs cannot run this shape here");
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
// Its evaluations, which are no part of the step, are done.
const progress = { ...initialProgress(config), evaluated: true };
for await (const event of runStudy(models, study, config, progress)) {
  if (event.type === "stepped") tell(event.step, plan);
  process.exit(0); // Dawn's threads would keep it waiting
}

function tell({ metrics, timing }: StudyStep, { parts, total, budget }: MemoryPlan): void {
  const buffers = watch.buffers(); // nothing is given back within a step but what was too small
  const held = new Map<string, number>();
  for (const buffer of buffers) {
    const part = partOfBuffer(buffer);
    held.set(part, (held.get(part) ?? 0) + buffer.size);
  }
  console.log(
    `${name}, ${report.device}, ${votes} votes of ${tokens} tokens on a prompt of ${promptTokens}, micro-batches of ` +
      `${budget.microBatchTokens} tokens${budget.recompute ? ", layers computed again" : ""}\n`,
  );
  console.log("| part | planned | measured |\n|---|---:|---:|");
  for (const { name: part, bytes } of parts)
    console.log(`| ${part} | ${bytesText(bytes)} | ${bytesText(held.get(part) ?? 0)} |`);
  console.log(`| all | ${bytesText(total)} | ${bytesText(watch.held())} |\n`);
  console.log(
    `base made and packed in ${packedSeconds.toFixed(1)} s; sampling ${timing.sampleSeconds.toFixed(1)} s, ` +
      `${timing.sampleTokensPerSecond.toFixed(2)} tokens/s; training ${timing.trainSeconds.toFixed(1)} s, ` +
      `${timing.trainTokensPerSecond.toFixed(2)} tokens/s; majority ratio ${metrics.majorityRatio.toFixed(3)}, ` +
      `gradient norm ${metrics.gradientNorm}, logprob gap ${metrics.logprobGap}; the process held at most ` +
      bytesText(process.resourceUsage().maxRSS * 1024),
  );
}
