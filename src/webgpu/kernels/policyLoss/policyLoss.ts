import type { DecoderShape } from "../../../decoder/decoderShape.ts";
import { defineKernel, read, uniform, write, type Kernel } from "../../recording/kernel.ts";
import { BATCH_WGSL } from "../../layout/rowState.ts";
import { LOSS_WGSL, SCORED_WGSL, SCORE_WGSL, SLOPE_WGSL } from "../../layout/scoredToken.ts";
import { vocabularySlices } from "../headStatistics/headStatistics.ts";

/**
 * Loss of each scored token from the partials of `headStatistics`, and its derivatives. The loss is the token's weight times
 *   -min(r A, clip(r) A) + klCoefficient KL - entropyCoefficient H
 * plus its value weight times
 *   0.5 max((v - R)², (clip(v) - R)²),
 * r = exp(logprob - oldLogprob) (PPO, arXiv 1707.06347, eq. 7 and section 5). For A < 0 the objective is at least dualClip * A
 * (arXiv 1912.09729, eq. 5). With d = referenceLogprob - logprob, KL is -d (k1), d² / 2 (k2) or exp(d) - d - 1 (k3).
 * Without `value`, values are 0; without `slopes`, only scores are written. One invocation: one scored token.
 */
export function policyLoss(shape: DecoderShape, { value = false, slopes = true } = {}): Kernel {
  return defineKernel({
    name: "policyLoss",
    bindings: {
      batch: uniform("Batch"),
      loss: uniform("Loss"),
      scored: read("array<Scored>"),
      partials: read("array<vec4f>"),
      ...(value ? { values: read("array<f32>") } : {}),
      scores: write("array<Score>"),
      ...(slopes ? { slopes: write("array<Slope>") } : {}),
    },
    invocations: (count) => count,
    declarations: BATCH_WGSL + SCORED_WGSL + SCORE_WGSL + SLOPE_WGSL + LOSS_WGSL + GAIN + DIVERGENCE + ERROR,
    body: body(vocabularySlices(shape), value) + (slopes ? STORE_SLOPE : ""),
  });
}

/** WGSL of the clipped objective of a token and its derivative by the logprob. */
const GAIN = `
fn gainOf(ratio: f32, advantage: f32) -> vec2f {
  let free = ratio * advantage;
  let clipped = clamp(ratio, 1.0 - loss.clipLow, 1.0 + loss.clipHigh) * advantage;
  var gain = vec2f(free, free);
  if (clipped < free) { gain = vec2f(clipped, 0.0); }
  let least = loss.dualClip * advantage;
  if (advantage < 0.0 && gain.x < least) { gain = vec2f(least, 0.0); }
  return gain;
}`;

/** WGSL of the KL divergence from the reference and its derivative by the logprob. */
const DIVERGENCE = `
fn divergenceOf(difference: f32) -> vec2f {
  if (loss.klEstimator == 1.0) { return vec2f(-difference, 1.0); }
  if (loss.klEstimator == 2.0) { return vec2f(0.5 * difference * difference, -difference); }
  return vec2f(exp(difference) - difference - 1.0, 1.0 - exp(difference));
}`;

/** WGSL of the value loss and its derivative. */
const ERROR = `
fn errorOf(value: f32, oldValue: f32, goal: f32) -> vec2f {
  let free = value - goal;
  let clipped = clamp(value, oldValue - loss.valueClip, oldValue + loss.valueClip) - goal;
  if (clipped * clipped > free * free) { return vec2f(0.5 * clipped * clipped, 0.0); }
  return vec2f(0.5 * free * free, free);
}`;

const body = (slices: number, value: boolean): string => `
  if (id >= batch.count) { return; }
  let start = id * ${slices}u;
  let known = scored[id];
  var largest = -1e30;
  for (var i = start; i < start + ${slices}u; i++) { largest = max(largest, partials[i].x); }
  var total = 0.0;
  var weighted = 0.0;
  var chosen = 0.0;
  for (var i = start; i < start + ${slices}u; i++) {
    let partial = partials[i];
    let shift = max(partial.x - largest, -1e4);
    total += partial.y * exp(shift);
    weighted += exp(shift) * (partial.z + partial.y * shift);
    chosen += partial.w;
  }
  let logTotal = log(total);
  let entropy = logTotal - weighted / total;
  let logprob = chosen - largest - logTotal;
  let gain = gainOf(exp(logprob - known.oldLogprob), known.advantage);
  let divergence = divergenceOf(known.referenceLogprob - logprob);
  let value = ${value ? "values[id]" : "0.0"};
  let error = errorOf(value, known.oldValue, known.goal);
  let policy = loss.klCoefficient * divergence.x - gain.x - loss.entropyCoefficient * entropy;
  // What has no weight has no loss, even where its ratio is too large to be a number.
  let weightedPolicy = select(0.0, known.weight * policy, known.weight != 0.0);
  scores[id] = Score(logprob, entropy, weightedPolicy + known.valueWeight * error.x, value);`;

const STORE_SLOPE = `
  let weight = known.weight * loss.inverseTemperature;
  let byLogprob = select(0.0, weight * (loss.klCoefficient * divergence.y - gain.y), weight != 0.0);
  let byEntropy = weight * loss.entropyCoefficient;
  slopes[id] = Slope(known.token, largest, logTotal, entropy, byLogprob, byEntropy, known.valueWeight * error.y, 0.0);`;
