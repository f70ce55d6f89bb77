import { defineKernel, read, uniform, write, type Kernel } from "../../kernel.ts";
import { BATCH_WGSL } from "../../rowState.ts";

/** What the loss knows of a scored token. */
const SCORED_WGSL = `
struct Scored { token: u32, weight: f32, advantage: f32, oldLogprob: f32, referenceLogprob: f32 }`;
/** What it says of one. */
const SCORE_WGSL = `
struct Score { logprob: f32, entropy: f32, loss: f32 }`;
/** Its constants. */
const LOSS_WGSL = `
struct Loss {
  inverseTemperature: f32, clipLow: f32, clipHigh: f32, dualClip: f32,
  klCoefficient: f32, entropyCoefficient: f32, unused: vec2f,
}`;

/** 32-bit words of `Scored` and `Score`, bytes of `Loss`. */
export const SCORED_WORDS = 5;
export const SCORE_WORDS = 3;
export const LOSS_BYTES = 32;

/**
 * Policy loss of each scored token and its gradient by the logits [K, V], which it replaces. A token's loss is its weight
 * times
 *   -min(r A, clip(r) A) + klCoefficient (exp(d) - d - 1) - entropyCoefficient H,
 * r = exp(logprob - oldLogprob), d = referenceLogprob - logprob (PPO, arXiv 1707.06347, eq. 7; k3). For A < 0 the gain is
 * at least dualClip * A (arXiv 1912.09729, eq. 5). One invocation: one scored token.
 */
export function policyLoss(vocabulary: number): Kernel {
  return defineKernel({
    name: "policyLoss",
    bindings: {
      batch: uniform("Batch"),
      loss: uniform("Loss"),
      scored: read("array<Scored>"),
      logits: write("array<f32>"),
      scores: write("array<Score>"),
    },
    invocations: (count) => count,
    declarations: BATCH_WGSL + SCORED_WGSL + SCORE_WGSL + LOSS_WGSL + GAIN,
    body: body(vocabulary),
  });
}

/** WGSL: the gain of a token and its derivative by the logprob. */
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

const body = (vocabulary: number): string => `
  if (id >= batch.count) { return; }
  let start = id * ${vocabulary}u;
  let known = scored[id];
  var largest = logits[start];
  for (var i = start; i < start + ${vocabulary}u; i++) { largest = max(largest, logits[i]); }
  var total = 0.0;
  var weighted = 0.0;
  for (var i = start; i < start + ${vocabulary}u; i++) {
    let score = (logits[i] - largest) * loss.inverseTemperature;
    total += exp(score);
    weighted += exp(score) * score;
  }
  let logTotal = log(total);
  let entropy = logTotal - weighted / total;
  let logprob = (logits[start + known.token] - largest) * loss.inverseTemperature - logTotal;
  let gain = gainOf(exp(logprob - known.oldLogprob), known.advantage);
  let difference = known.referenceLogprob - logprob;
  let divergence = exp(difference) - difference - 1.0;
  let value = loss.klCoefficient * divergence - gain.x - loss.entropyCoefficient * entropy;
  scores[id] = Score(logprob, entropy, known.weight * value);
  let slope = known.weight * loss.inverseTemperature;
  let byLogprob = slope * (loss.klCoefficient * (1.0 - exp(difference)) - gain.y);
  let byEntropy = slope * loss.entropyCoefficient;
  for (var i = 0u; i < ${vocabulary}u; i++) {
    let other = (logits[start + i] - largest) * loss.inverseTemperature - logTotal;
    let probability = exp(other);
    logits[start + i] = byLogprob * (f32(i == known.token) - probability) + byEntropy * probability * (other + entropy);
  }`;
