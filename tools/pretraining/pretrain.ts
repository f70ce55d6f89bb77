/**
 * Trains an embedded model from random weights and writes its Hugging Face folder.
 *   npm run pretrain -- <name> [--out folder] [--share 0.1]
 * --share trains on only that fraction of each stage's documents, for an undertrained model.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startBackend } from "../../cli/backend.ts";
import type { JsonObject } from "../../src/formats/jsonObject.ts";
import type { ModelFolder } from "../../src/formats/huggingface/modelFolder.ts";
import { writeModelFolder } from "../../src/formats/huggingface/modelFolderFiles.ts";
import { writeModelConfig } from "../../src/model/language/config.ts";
import { readLanguageModel } from "../../src/model/language/languageModel.ts";
import { initialParameters } from "../../src/model/weights/parameters.ts";
import { TfModel } from "../../src/model/tfjs/tfModel.ts";
import { LADDER, type Rung, type StageLog } from "./ladder.ts";
import { pretrainStage } from "./pretrainStage.ts";

const TOKENIZER = new URL("../../public/models/tokenizer/", import.meta.url);

function readJson(url: URL): JsonObject {
  return JSON.parse(readFileSync(url, "utf8")) as JsonObject; // committed files
}

/** Returns a model's folder with random weights. */
function initialFolder(rung: Rung): ModelFolder {
  return {
    config: writeModelConfig(rung.config),
    weights: initialParameters(rung.config, rung.seed),
    tokenizerJson: readJson(new URL("tokenizer.json", TOKENIZER)),
    tokenizerConfig: readJson(new URL("tokenizer_config.json", TOKENIZER)),
    generationConfig: {
      bos_token_id: 1,
      eos_token_id: 2,
      pad_token_id: 0,
      do_sample: true,
      temperature: 0.6,
      top_p: 0.95,
    },
  };
}

async function save(folder: ModelFolder, model: TfModel, out: string, log: readonly StageLog[]) {
  mkdirSync(out, { recursive: true });
  const extras = new Map([["pretraining.json", `${JSON.stringify(log, null, 2)}\n`]]);
  for (const [path, bytes] of writeModelFolder({ ...folder, weights: await model.weights() }, extras))
    writeFileSync(join(out, path), bytes);
}

async function train(rung: Rung, out: string): Promise<void> {
  const { report } = await startBackend("wasm"); // at these sizes faster than TensorFlow.js operations on WebGPU
  console.error(`${rung.name} on ${report.backend} (${report.device})`);
  const folder = initialFolder(rung);
  const model = new TfModel(readLanguageModel(folder), folder.weights);
  const log: StageLog[] = [];
  for (const stage of rung.stages) {
    const start = performance.now();
    const seconds = (): number => Math.round((performance.now() - start) / 1000);
    const { tokens, responseLoss } = await pretrainStage(model, stage, async (progress) => {
      const rate = Math.round(progress.tokens / Math.max(1, seconds()));
      console.error(
        `${stage.name} ${progress.step}/${progress.steps} loss ${progress.responseLoss.toFixed(4)} ${rate} tokens/s`,
      );
      if (progress.step % 1000 === 0) await save(folder, model, out, log);
    });
    const { name, documents, learningRate, seed, mix } = stage;
    log.push({ stage: name, documents, tokens, responseLoss, seconds: seconds(), learningRate, seed, mix });
    const isLast = stage === rung.stages.at(-1);
    await save(folder, model, isLast ? out : join(out, "..", `${rung.name}-${name}`), log);
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: "string" }, share: { type: "string", default: "1" } },
});
const share = Number(values.share);
if (!(share > 0 && share <= 1)) {
  console.error(`--share must be above 0 and at most 1, not ${values.share}`);
  process.exit(2);
}
const rung = LADDER.find(({ name }) => name === positionals[0]);
if (rung === undefined) {
  console.error(`the first argument must be one of ${LADDER.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}
const stages = rung.stages.map((stage) => ({ ...stage, documents: Math.round(share * stage.documents) }));
await train({ ...rung, stages }, values.out ?? join("public/models", rung.name));
process.exit(0);
