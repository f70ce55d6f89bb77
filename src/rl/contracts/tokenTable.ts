/** Numbers of all tokens of a step, and what estimators do with them alike. */
import { mean, standardDeviation } from "../../math/stats.ts";

/** One number for each token of each kept response of each question of a step. */
export type TokenTable = readonly (readonly Float64Array[])[];

/** Keeps the division finite when all tokens are equal; verl's value. */
const WHITEN_EPSILON = 1e-8;

/** Centred on the mean of all tokens, divided by sqrt(variance + 1e-8) with the n - 1 divisor: long responses weigh more. */
export function whiten(table: TokenTable): Float64Array[][] {
  const all = table.flat().flatMap((tokens) => [...tokens]);
  if (all.length === 0) return [];
  const centre = mean(all);
  const scale = Math.sqrt(standardDeviation(all) ** 2 + WHITEN_EPSILON);
  return table.map((group) => group.map((tokens) => tokens.map((value) => (value - centre) / scale)));
}

/** The sum of a response's rewards from each token to its end, each worth `discount` less for a token further away. */
export function rewardsToCome(rewards: Float64Array, discount: number): Float64Array {
  const toCome = new Float64Array(rewards.length);
  let rest = 0;
  for (let token = rewards.length - 1; token >= 0; token--) {
    rest = (rewards[token] ?? 0) + discount * rest;
    toCome[token] = rest;
  }
  return toCome;
}
