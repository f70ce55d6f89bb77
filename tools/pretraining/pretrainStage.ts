/** One phase of pretraining: next-token prediction on generated documents. */
import { microBatches } from "../../src/model/learning/microBatches.ts";
import type { TfModel } from "../../src/model/tfjs/tfModel.ts";
import { layOutScoredRows, scoreTokens } from "../../src/model/tfjs/training/loss.ts";
import { Optimizer } from "../../src/model/tfjs/training/optimizer.ts";
import * as tf from "../../src/ops/tf.ts";
import { corpus, type CorpusDocument } from "../../src/tasks/corpus.ts";
import { DOCUMENTS_PER_STEP, PRETRAIN_OPTIMIZER, PROMPT_WEIGHT, type Stage } from "./ladder.ts";

const WARMUP_STEPS = 100;
/** Loss weight of an average document: a constant divisor, so that tokens of short documents have no larger weight. */
const WEIGHT_PER_DOCUMENT = 25;
const MICRO_BATCH_TOKENS = 4096;

interface StageReport {
  readonly step: number;
  readonly steps: number;
  /** Mean loss of response tokens since the last report, in nats. */
  readonly responseLoss: number;
  readonly tokens: number;
}

interface EncodedDocument {
  readonly tokens: Int32Array;
  readonly promptLength: number;
}

/** Trains the model on a stage. Returns the number of tokens and the response loss since the last report but one. */
export async function pretrainStage(
  model: TfModel,
  stage: Stage,
  report: (progress: StageReport) => Promise<void>,
): Promise<{ tokens: number; responseLoss: number }> {
  const optimizer = new Optimizer(model.parameters);
  const documents = corpus(stage);
  const steps = Math.floor(stage.documents / DOCUMENTS_PER_STEP);
  let [tokens, lossSum, lossTokens, responseLoss] = [0, 0, 0, 0];
  for (let step = 1; step <= steps; step++) {
    const batch = Array.from({ length: DOCUMENTS_PER_STEP }, () => encode(model, documents.next().value));
    const result = await trainStep(model, optimizer, batch, learningRateAt(step, steps, stage.learningRate));
    tokens += result.tokens;
    lossSum += result.responseLossSum;
    lossTokens += result.responseTokens;
    if (step % 250 === 0 || step === steps) {
      responseLoss = lossSum / lossTokens;
      await report({ step, steps, responseLoss, tokens });
      [lossSum, lossTokens] = [0, 0];
    }
  }
  optimizer.dispose();
  return { tokens, responseLoss };
}

function encode(model: TfModel, document: CorpusDocument | undefined): EncodedDocument {
  if (document === undefined) throw new Error("the corpus ended early");
  const prompt = model.tokenizer.encodePrompt(document.prompt);
  const response = model.tokenizer.encode(document.response);
  const tokens = new Int32Array(prompt.length + response.length + 1);
  tokens.set(prompt);
  tokens.set(response, prompt.length);
  tokens[tokens.length - 1] = model.config.eosTokens[0] ?? 0;
  return { tokens, promptLength: prompt.length };
}

async function trainStep(
  model: TfModel,
  optimizer: Optimizer,
  documents: readonly EncodedDocument[],
  learningRate: number,
) {
  let [tokens, responseLossSum, responseTokens] = [0, 0, 0];
  for (const batch of microBatches(documents, (document) => document.tokens.length, MICRO_BATCH_TOKENS)) {
    const texts = batch.map((document) => document.tokens);
    const rows = layOutScoredRows(texts, Array<number>(texts.length).fill(1));
    const weights = Float32Array.from(batch.flatMap(tokenWeights));
    let logprobs: tf.Tensor | undefined;
    await optimizer.accumulate((parameters) => {
      const { logprob } = scoreTokens({ ...model.decoder, parameters }, rows, 1);
      logprobs = tf.keep(tf.clone(logprob));
      return predictionLoss(logprob, tf.tensor1d(weights), DOCUMENTS_PER_STEP * WEIGHT_PER_DOCUMENT);
    });
    const values = logprobs?.dataSync<"float32">() ?? [];
    logprobs?.dispose();
    for (const [i, weight] of weights.entries()) {
      if (weight !== 1) continue;
      responseLossSum -= values[i] ?? 0;
      responseTokens += 1;
    }
    tokens += texts.reduce((total, { length }) => total + length, 0);
  }
  await optimizer.step({ ...PRETRAIN_OPTIMIZER, learningRate });
  return { tokens, responseLossSum, responseTokens };
}

/** Returns the weighted next-token loss, a scalar: sum over tokens of -weight * logprob / normalizer. */
function predictionLoss(logprobs: tf.Tensor, weights: tf.Tensor, normalizer: number): tf.Scalar {
  return tf.div(tf.neg(tf.sum(tf.mul(logprobs, weights))), normalizer).asScalar();
}

/** Returns the loss weights of all tokens but the first. */
function tokenWeights({ tokens, promptLength }: EncodedDocument): number[] {
  return Array.from({ length: tokens.length - 1 }, (_, i) => (i + 1 < promptLength ? PROMPT_WEIGHT : 1));
}

/** Linear warm-up, then cosine decay to a tenth of the peak. */
function learningRateAt(step: number, steps: number, peak: number): number {
  const warmup = Math.min(1, step / WARMUP_STEPS);
  return peak * warmup * (0.1 + 0.45 * (1 + Math.cos((Math.PI * step) / steps)));
}
