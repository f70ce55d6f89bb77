/** nanogpt's own GPT of the same width, layers, heads and vocabulary: another architecture with other weights. */
import { models, TeachableLLM, type LayerCache, type Model } from "@genai-fi/nanogpt";
import * as tf from "@tensorflow/tfjs-core";
import BasicTrainer from "nanogpt-trainer";
import { CannotRun, type OpenContender } from "./contender.ts";
import { STEP, type Row, type Sampled } from "./workload.ts";

/** Maximum tokens of a row. */
const BLOCK = 128;

export const openNanogpt: OpenContender = async ({ config }, { gpu }) => {
  if (gpu === null) throw new CannotRun("no WebGPU adapter");
  await TeachableLLM.selectBackend("webgpu");
  const { vocabulary, layers, heads, width, hiddenWidth } = config;
  const model = new models.NanoGPTV2({
    modelType: "GenAI_NanoGPT_v2",
    vocabSize: vocabulary,
    blockSize: BLOCK,
    nLayer: layers,
    nHead: heads,
    nEmbed: width,
    mlpFactor: Math.round((1.5 * hiddenWidth) / width), // two matrices with as many parameters as SwiGLU's three
  });
  const schedule = { warmupSteps: 0, decayEpochs: 1e9, minLearningRate: STEP.learningRate, epochSteps: 1000 };
  const { gradientClip, ...adam } = STEP;
  const trainer = new BasicTrainer(
    model,
    { vocabSize: vocabulary },
    { ...adam, epsilon: 1e-8, lossScaling: 1, clipNorm: gradientClip, ...schedule },
  );
  return {
    sameWeights: false,
    decode: (prompt, rows, tokens) => decode(model, layers, prompt, rows, tokens),
    train: (rows) => train(trainer, rows),
  };
};

/** Decodes all rows at once with the library's cache; its own generator decodes one row at a time. */
async function decode(
  model: Model,
  layers: number,
  prompt: Int32Array,
  rows: number,
  tokens: number,
): Promise<Sampled[]> {
  const cache = Array.from({ length: layers }, (): LayerCache => ({ length: 0, cumulativeLength: 0 }));
  const all = Int32Array.from({ length: rows * prompt.length }, (_, i) => prompt[i % prompt.length] ?? 0);
  let ids: tf.Tensor2D = tf.tensor2d(all, [rows, prompt.length], "int32");
  const drawn: tf.Tensor[] = [];
  for (let step = 0; step < tokens; step++) {
    const logits = model.forward({ training: false, cache }, ids) as tf.Tensor3D;
    if (step === 0) ids.dispose();
    ids = tf.tidy(() => {
      const [, length, vocabulary] = logits.shape;
      const last = tf.reshape<tf.Rank.R2>(tf.slice(logits, [0, length - 1, 0], [rows, 1, vocabulary]), [
        rows,
        vocabulary,
      ]);
      return tf.multinomial(last, 1, step + 1) as tf.Tensor2D;
    });
    logits.dispose();
    drawn.push(ids);
  }
  const columns = await Promise.all(drawn.map((tensor) => tensor.data()));
  tf.dispose([drawn, ...cache.map((layer) => Object.values(layer) as tf.TensorContainer)]);
  return Array.from({ length: rows }, (_, row) => ({
    tokens: Int32Array.from(columns, (column) => column[row] ?? 0),
    logprobs: null,
  }));
}

/** Trains on next-token prediction: the library has no other loss. */
async function train(trainer: BasicTrainer, rows: readonly Row[]): Promise<number> {
  const length = (rows[0]?.tokens.length ?? 1) - 1;
  const tensor = (start: number): tf.Tensor2D =>
    tf.tensor2d(
      Int32Array.from(rows.flatMap(({ tokens }) => [...tokens.subarray(start, start + length)])),
      [rows.length, length],
      "int32",
    );
  const batch = { xs: tensor(0), ys: tensor(1) };
  const loss = trainer.trainStep({}, batch);
  const [value = Number.NaN] = await loss.data();
  tf.dispose([loss, batch.xs, batch.ys]);
  return value;
}
