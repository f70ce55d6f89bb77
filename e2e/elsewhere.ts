/** An exported model, evaluated in Node. */
import "@tensorflow/tfjs-backend-wasm";
import { readDatasetText } from "../src/data/dataset.ts";
import type { ModelFolder } from "../src/formats/huggingface/modelFolder.ts";
import * as tf from "../src/ops/tf.ts";
import { installWasmKernelsInNode } from "../src/ops/wasm/loadNode.ts";
import { readLanguageModel } from "../src/model/language/languageModel.ts";
import { TfModel } from "../src/model/tfjs/tfModel.ts";
import { TfPolicy } from "../src/model/tfjs/tfPolicy.ts";
import { configFrom } from "../src/rl/ttrlConfig.ts";
import { evaluateStudy } from "../src/rl/metrics/studyRun.ts";
import type { Evaluation } from "../src/rl/metrics/metrics.ts";
import { QUICK } from "./lab.ts";

/** Repeats the evaluation `like` in Node with the exported weights. */
export async function evaluateElsewhere(
  folder: ModelFolder,
  fileName: string,
  text: string,
  like: Evaluation,
): Promise<Evaluation> {
  await tf.setBackend("wasm");
  await installWasmKernelsInNode();
  const model = new TfModel(readLanguageModel(folder), folder.weights);
  const policy = new TfPolicy(model, { reference: null, optimizer: null });
  const { step, samples } = like;
  return evaluateStudy(policy, await readDatasetText(fileName, text), configFrom(QUICK), { step, samples });
}
