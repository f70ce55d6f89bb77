import { at } from "../../../math/at.ts";

/** Log probabilities and entropy of softmax(logits / temperature), in float64 and nats. */
export function distributionReference(
  logits: Float64Array,
  temperature: number,
): { logprobs: Float64Array; entropy: number } {
  const scores = logits.map((logit) => logit / temperature);
  const largest = Math.max(...scores);
  const logTotal = largest + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - largest), 0));
  const logprobs = scores.map((score) => score - logTotal);
  const entropy = -logprobs.reduce((sum, logprob) => sum + Math.exp(logprob) * logprob, 0);
  return { logprobs, entropy };
}

/** The sampled distribution: the fewest most likely tokens whose probabilities reach `topP`, renormalized. */
export function nucleusReference(logprobs: Float64Array, topP: number): Float64Array {
  const byProbability = [...logprobs.keys()].sort((a, b) => at(logprobs, b) - at(logprobs, a));
  const probabilities = new Float64Array(logprobs.length);
  let mass = 0;
  for (const token of byProbability) {
    if (mass >= topP) break;
    probabilities[token] = Math.exp(at(logprobs, token));
    mass += at(probabilities, token);
  }
  return probabilities.map((probability) => probability / mass);
}
