import { describe, expect, test } from "vitest";
import { createRandom } from "../../../math/random.ts";
import { Sampler } from "./sampler.ts";

/** Softmax in float64, most likely token first, ties by id. */
function ranked(logits: ArrayLike<number>, temperature: number): { token: number; probability: number }[] {
  const scores = Array.from(logits, (logit) => logit / temperature);
  const max = Math.max(...scores);
  const total = scores.reduce((sum, score) => sum + Math.exp(score - max), 0);
  return scores
    .map((score, token) => ({ token, probability: Math.exp(score - max) / total }))
    .sort((a, b) => b.probability - a.probability || a.token - b.token);
}

function randomLogits(size: number, seed: number, scale: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: size }, () => scale * random.normal());
}

/** Counts of each token over seeded draws. */
function frequencies(logits: Float32Array, temperature: number, topP: number, draws: number): number[] {
  const sampler = new Sampler(logits.length);
  const random = createRandom(11);
  const counts = Array<number>(logits.length).fill(0);
  for (let i = 0; i < draws; i++) {
    counts[sampler.draw(logits, 0, temperature, topP, random.uniform()).token]! += 1;
  }
  return counts;
}

function chiSquare(counts: readonly number[], expected: readonly number[]): number {
  return counts.reduce((sum, count, i) => sum + (count - expected[i]!) ** 2 / expected[i]!, 0);
}

describe("frequencies of the drawn tokens", () => {
  const draws = 20_000;

  // 99.9% of chi-square values with 7 degrees of freedom are below 24.3.
  test.each([0.6, 1, 2])("are the softmax at temperature %f", (temperature) => {
    const logits = randomLogits(8, 5, 1);
    const expected = ranked(logits, temperature)
      .sort((a, b) => a.token - b.token)
      .map(({ probability }) => probability * draws);
    expect(chiSquare(frequencies(logits, temperature, 1, draws), expected)).toBeLessThan(24.3);
  });

  test("are the softmax of the nucleus, with top-p", () => {
    const logits = Float32Array.from([0.4, 0.3, 0.2, 0.1], Math.log);
    const counts = frequencies(logits, 1, 0.8, draws); // .4 + .3 is not enough, .4 + .3 + .2 is
    expect(counts[3]).toBe(0);
    const expected = [4, 3, 2].map((weight) => (weight / 9) * draws);
    expect(chiSquare(counts.slice(0, 3), expected)).toBeLessThan(13.8); // 99.9%, 2 degrees of freedom
  });
});

describe("the nucleus", () => {
  /** The token at `uniform` of the cumulative distribution over the fully sorted nucleus. */
  function reference(logits: Float32Array, temperature: number, topP: number, uniform: number): number {
    const sorted = ranked(logits, temperature);
    let mass = 0;
    const nucleus: typeof sorted = [];
    for (const entry of sorted) {
      nucleus.push(entry);
      mass += entry.probability;
      if (mass >= topP) break;
    }
    let left = uniform * mass;
    return nucleus.find(({ probability }) => (left -= probability) < 0)?.token ?? -1;
  }

  test.each([
    [1, 3, 0.95], // a flat head
    [0.6, 3, 0.95],
    [1, 0.01, 0.5], // nearly uniform: half of all tokens
    [0.6, 8, 0.05], // one token
    [4, 1, 0.999],
  ])(
    "at temperature %f, logits of scale %f and top-p %f is that of a full sort",
    (temperature, scale, topP) => {
      const random = createRandom(3);
      for (let seed = 0; seed < 20; seed++) {
        const logits = randomLogits(464, seed, scale);
        const sampler = new Sampler(464);
        for (let i = 0; i < 10; i++) {
          const uniform = random.uniform();
          const { token } = sampler.draw(logits, 0, temperature, topP, uniform);
          expect(token).toBe(reference(logits, temperature, topP, uniform));
        }
      }
    },
  );

  test("breaks ties by id", () => {
    const sampler = new Sampler(4);
    const logits = new Float32Array(4); // .25 each: the first two reach .5
    const drawn = [0, 0.49, 0.51, 0.999].map((uniform) => sampler.draw(logits, 0, 1, 0.5, uniform).token);
    expect(drawn).toEqual([0, 0, 1, 1]);
  });

  test("always holds the most likely token", () => {
    const logits = Float32Array.of(0, 30, 0);
    expect(new Sampler(3).draw(logits, 0, 1, 1e-9, 0.999).token).toBe(1);
  });
});

describe("logprob and entropy", () => {
  test.each([
    [1, 1],
    [0.7, 1],
    [2.5, 0.9],
  ])("at temperature %f and top-p %f are those of the whole softmax in float64", (temperature, topP) => {
    const logits = randomLogits(464, 9, 3);
    const sampler = new Sampler(464);
    const softmax = ranked(logits, temperature);
    const entropy = -softmax.reduce((sum, { probability: p }) => sum + p * Math.log(p), 0);
    for (const uniform of [0, 0.2, 0.5, 0.9, 0.999]) {
      const draw = sampler.draw(logits, 0, temperature, topP, uniform);
      const { probability } = softmax.find(({ token }) => token === draw.token)!;
      // Both in float64, over 464 terms.
      expect(Math.abs(draw.logprob - Math.log(probability))).toBeLessThan(1e-12);
      expect(Math.abs(draw.entropy - entropy)).toBeLessThan(1e-12);
    }
  });

  test("stay finite for logits far apart", () => {
    const draw = new Sampler(3).draw(Float32Array.of(-80, 80, -80), 0, 0.05, 1, 0.5);
    expect(draw.token).toBe(1);
    expect(draw.logprob).toBeCloseTo(0, 12);
    expect(draw.entropy).toBeCloseTo(0, 12);
  });
});

describe("a draw", () => {
  test("at temperature 0 takes the most likely token, ties by id, with its logprob at temperature 1", () => {
    const draw = new Sampler(3).draw(Float32Array.of(1, 2, 2), 0, 0, 1, 0.99);
    expect(draw.token).toBe(1);
    expect(draw.logprob).toBeCloseTo(-Math.log(2 + Math.exp(-1)), 12);
  });

  test("reads its own row of the logits", () => {
    const logits = Float32Array.of(9, 0, 0, 9); // two rows of two
    const sampler = new Sampler(2);
    expect(sampler.draw(logits, 0, 0, 1, 0.5).token).toBe(0);
    expect(sampler.draw(logits, 2, 0, 1, 0.5).token).toBe(1);
  });

  test.each([0, 1, 2])("refuses a model whose logit %i is not a number", (broken) => {
    for (const value of [Number.NaN, Infinity, -Infinity]) {
      const logits = new Float32Array(3);
      logits[broken] = value;
      expect(() => new Sampler(3).draw(logits, 0, 1, 1, 0.5)).toThrow("not finite");
    }
  });
});
