/** Numbers by token of a step, and operations that estimators share. */
import { at } from "../../math/at.ts";
import { mean, standardDeviation } from "../../math/stats.ts";

/** One number per token, [question][kept response][token]; responses differ in length. */
export type TokenTable = readonly (readonly Float64Array[])[];

/** Keeps the division finite when all tokens are equal; verl's value. */
const WHITEN_EPSILON = 1e-8;

/** Subtracts the mean of all tokens and divides by sqrt(variance + 1e-8), n - 1 divisor: long responses weigh more. */
export function whiten(table: TokenTable): Float64Array[][] {
  const all = table.flat().flatMap((tokens) => [...tokens]);
  if (all.length === 0) return [];
  const centre = mean(all);
  const scale = Math.sqrt(standardDeviation(all) ** 2 + WHITEN_EPSILON);
  return table.map((group) => group.map((tokens) => tokens.map((value) => (value - centre) / scale)));
}

/** Returns the discounted reward to come [T]: the sum over later tokens u >= t of discount^(u - t) * reward[u]. */
export function rewardsToCome(rewards: Float64Array, discount: number): Float64Array {
  const toCome = new Float64Array(rewards.length);
  let rest = 0;
  for (let token = rewards.length - 1; token >= 0; token--) {
    rest = at(rewards, token) + discount * rest;
    toCome[token] = rest;
  }
  return toCome;
}
