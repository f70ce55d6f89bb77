/** For tests of the GPU trainer: model and rows of a fixture, and its loss with stock operations. */
import type { Gpu } from "../../../webgpu/device/device.ts";
import { GpuTrainer } from "../../../webgpu/training/gpuTrainer.ts";
import { ParameterBuffer } from "../../../webgpu/weights/parameterBuffer.ts";
import type { LossSettings } from "../../../webgpu/layout/scoredToken.ts";
import type { TrainingRow } from "../../../webgpu/training/trainingBatch.ts";
import { normals } from "../../../ops/fixture.ts";
import { gatherRows } from "../../../ops/gatherRows/gatherRows.ts";
import * as tf from "../../../ops/tf.ts";
import { fixtureDecoder, type Fixture } from "../../fixture.ts";
import { layOutScoredRows } from "../../tfjs/training/loss.ts";
import { causal, indices } from "../../tfjs/packedRows.ts";
import type { HostTensor } from "../../weights/parameters.ts";
import type { Parameters } from "../../tfjs/tfParameters.ts";
import { hiddenStates, logitsOf } from "../../tfjs/transformer.ts";

/** Creates a trainer of the fixture's weights plus others by name, and the buffer it trains. */
export function createTrainer(
  gpu: Gpu,
  { weights, config }: Fixture,
  more: ReadonlyMap<string, HostTensor> = new Map(),
  options: ConstructorParameters<typeof GpuTrainer>[3] = {},
) {
  const all = new Map([...weights, ...more]);
  const shapes = new Map([...all].map(([name, { shape }]) => [name, shape]));
  const parameters = new ParameterBuffer(gpu, shapes, config.headDim);
  parameters.upload(all);
  return { parameters, trainer: new GpuTrainer(gpu, config, parameters, options) };
}

/** The fixture's rows. */
export function rowsOf({ expected: { rows, loss } }: Fixture): TrainingRow[] {
  return rows.map((tokens, i) => ({
    tokens: Int32Array.from(tokens),
    first: loss.promptLengths[i]!,
    advantages: loss.advantages[i]!,
    oldLogprobs: loss.oldLogprobs[i]!,
    referenceLogprobs: loss.refLogprobs[i]!,
  }));
}

/** The fixture's loss. */
export function settingsOf({ expected: { loss } }: Fixture): LossSettings {
  return { ...loss, dualClip: Infinity, entropyCoefficient: 0 };
}

/** Creates a value head for hidden states of this width. */
export function valueHead(width: number): Map<string, HostTensor> {
  return new Map([
    ["score.weight", { shape: [1, width], data: Float32Array.from(normals(11, [width], 0.3).data) }],
    ["score.bias", { shape: [1], data: Float32Array.of(0.25) }],
  ]);
}

/** Sum of the losses of all tokens, with stock operations. */
function referenceLoss(
  fixture: Fixture,
  parameters: Parameters,
  rows: readonly TrainingRow[],
  loss: LossSettings,
): tf.Scalar {
  const { rope } = fixtureDecoder(fixture);
  const decoder = { config: fixture.config, parameters, rope, adapter: null, recompute: false };
  const { inputs, predictors, targets } = layOutScoredRows(
    rows.map(({ tokens }) => tokens),
    rows.map(({ first }) => first),
  );
  const attend = causal(fixture.config, inputs);
  const all = hiddenStates(decoder, indices(inputs.tokens), indices(inputs.positions), attend);
  const hidden = gatherRows(all, indices(predictors));
  const logprobs = tf.logSoftmax(tf.div(logitsOf(decoder, hidden), loss.temperature));
  const chosen = tf.sum(tf.mul(logprobs, tf.oneHot(indices(targets), fixture.config.vocabulary)), 1);
  const entropy = tf.neg(tf.sum(tf.mul(tf.exp(logprobs), logprobs), 1));
  const policy = policyTerms(chosen, entropy, rows, loss);
  const weight = parameters.get("score.weight");
  if (weight === undefined) return tf.div(tf.sum(policy), loss.normalizer);
  const values = tf.add(tf.matMul(hidden, weight, false, true).flatten(), parameters.get("score.bias")!);
  return tf.div(tf.add(tf.sum(policy), tf.sum(valueTerms(values, rows, loss))), loss.normalizer);
}

/** Tensor with a number per scored token of the rows. */
function column(rows: readonly TrainingRow[], of: (row: TrainingRow, k: number) => number): tf.Tensor1D {
  return tf.tensor1d(
    rows.flatMap((row) => Array.from({ length: row.tokens.length - row.first }, (_, k) => of(row, k))),
  );
}

function policyTerms(
  logprob: tf.Tensor,
  entropy: tf.Tensor,
  rows: readonly TrainingRow[],
  loss: LossSettings,
): tf.Tensor {
  const advantages = column(rows, (row, k) => row.advantages[k]!);
  const ratio = tf.exp(
    tf.sub(
      logprob,
      column(rows, (row, k) => row.oldLogprobs[k]!),
    ),
  );
  const clipped = tf.mul(tf.clipByValue(ratio, 1 - loss.clipLow, 1 + loss.clipHigh), advantages);
  const gain = tf.minimum(tf.mul(ratio, advantages), clipped);
  const least = tf.where(
    tf.less(advantages, 0),
    tf.mul(advantages, Math.min(loss.dualClip, 1e30)),
    tf.fill(advantages.shape, -1e30),
  );
  const d = tf.sub(
    column(rows, (row, k) => row.referenceLogprobs![k]!),
    logprob,
  );
  const divergence = {
    k1: () => tf.neg(d),
    k2: () => tf.div(tf.square(d), 2),
    k3: () => tf.sub(tf.sub(tf.exp(d), d), 1),
  }[loss.klEstimator ?? "k3"]();
  const terms = tf.sub(tf.mul(divergence, loss.klCoefficient), tf.maximum(gain, least));
  const weights = column(rows, (row, k) => (row.weights === undefined ? 1 : row.weights[k]!));
  return tf.mul(tf.sub(terms, tf.mul(entropy, loss.entropyCoefficient)), weights);
}

function valueTerms(
  values: tf.Tensor,
  rows: readonly TrainingRow[],
  { valueClip = Infinity }: LossSettings,
): tf.Tensor {
  const old = column(rows, (row, k) => row.values!.old[k]!);
  const returns = column(rows, (row, k) => row.values!.returns[k]!);
  const moved = tf.add(old, tf.clipByValue(tf.sub(values, old), -valueClip, valueClip));
  const worse = tf.maximum(tf.square(tf.sub(values, returns)), tf.square(tf.sub(moved, returns)));
  return tf.mul(
    tf.div(worse, 2),
    column(rows, (row, k) => row.values!.weights[k]!),
  );
}

/** The loss and the gradient of every parameter, by automatic differentiation of stock operations. */
export async function referenceGradients(
  fixture: Fixture,
  more: ReadonlyMap<string, HostTensor>,
  rows: readonly TrainingRow[],
  loss: LossSettings,
): Promise<{ loss: number; gradients: Map<string, Float32Array> }> {
  const all = [...fixture.weights, ...more];
  const tensors = all.map(([, { shape, data }]) => tf.tensor(data, [...shape]));
  const { value, grads } = tf.valueAndGrads((...held: tf.Tensor[]) =>
    referenceLoss(fixture, new Map(all.map(([name], i) => [name, held[i]!])), rows, loss),
  )(tensors);
  const gradients = new Map<string, Float32Array>();
  for (const [i, [name]] of all.entries()) gradients.set(name, await grads[i]!.data<"float32">());
  const [total = Number.NaN] = await value.data();
  tf.dispose([tensors, value, grads]);
  return { loss: total, gradients };
}
