import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { ropeTable } from "../rotate/rotate.ts";
import { useImplementation } from "../testBackend.ts";
import * as tf from "../tf.ts";
import { activeKernels } from "../wasm/installWasmKernels.ts";
import type { DecodedRow } from "./input.ts";
import { TokenDecoding } from "./tokenDecoding.ts";

beforeAll(() => useImplementation("WASM kernels"));

interface Draw {
  readonly logits: readonly number[];
  readonly temperature: number;
  readonly topP: number;
  readonly uniform: number;
}

/** Draws one token by the kernels, from a decoder without layers: only its vocabulary counts. */
function drawn({ logits, temperature, topP, uniform }: Draw): DecodedRow {
  const kernels = activeKernels();
  if (kernels === undefined) throw new Error("the kernels are not installed");
  tf.engine().startScope();
  try {
    const embedding = tf.zeros([logits.length, 4]);
    const shape = { heads: 1, kvHeads: 1, headDim: 4, hiddenWidth: 4, normEpsilon: 1e-5 };
    const rope = ropeTable(2, { headDim: 4, ropeTheta: 10_000, ropeScaling: null });
    const weights = { ...shape, embedding, head: embedding, finalNorm: tf.zeros([4]), rope, layers: [] };
    const rows = new TokenDecoding(kernels, weights, {
      prefix: [],
      prefixStarts: Int32Array.of(0, 0),
      groupOf: Int32Array.of(0),
      endTokens: [],
      temperature,
      topP,
      maxTokens: 1,
    });
    try {
      rows.first(tf.tensor2d([...logits], [1, logits.length]), () => uniform);
      return rows.row(0);
    } finally {
      rows.dispose();
    }
  } finally {
    tf.engine().endScope();
  }
}

interface Expected {
  readonly token: number;
  readonly logprobs: readonly number[];
  readonly entropy: number;
}

/** The definition in float64, by sorting everything; `draw.logits` are float32 numbers. */
function reference({ logits, temperature, topP, uniform }: Draw): Expected {
  const scores = logits.map((logit) => logit / (temperature === 0 ? 1 : temperature));
  const max = Math.max(...scores);
  const logTotal = max + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - max), 0));
  const logprobs = scores.map((score) => score - logTotal);
  const entropy = -logprobs.reduce((sum, logprob) => sum + Math.exp(logprob) * logprob, 0);
  const sorted = logits.map((_, i) => i).sort((a, b) => logits[b]! - logits[a]! || a - b);
  if (temperature === 0) return { token: sorted[0]!, logprobs, entropy };
  let mass = 0;
  const size = sorted.findIndex((i) => (mass += Math.exp(logprobs[i]!)) >= topP);
  const nucleus = topP < 1 ? sorted.slice(0, size < 0 ? sorted.length : size + 1) : logits.map((_, i) => i);
  let left = uniform * nucleus.reduce((sum, i) => sum + Math.exp(logprobs[i]!), 0);
  const token = nucleus.find((i) => (left -= Math.exp(logprobs[i]!)) < 0) ?? sorted[0]!;
  return { token, logprobs, entropy };
}

const logit = fc.oneof(
  fc.float({ min: -20, max: 20, noNaN: true }),
  fc.integer({ min: -2, max: 2 }), // many ties
);
const draws = fc.record({
  logits: fc.array(logit, { minLength: 1, maxLength: 200, size: "max" }),
  temperature: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0.3, max: 4, noNaN: true })),
  topP: fc.oneof(fc.constantFrom(1, 0.05), fc.double({ min: 0.05, max: 1, noNaN: true })),
  uniform: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

describe("a token drawn by the kernels", () => {
  it("is the one of the definition in float64, with its logprob and entropy", () => {
    fc.assert(
      fc.property(draws, (draw) => {
        const found = drawn(draw);
        const expected = reference(draw);
        const token = found.tokens[0]!;
        // Weights are float32: a number that falls within 1e-5 of a border may fall on its other side.
        const around = [0, -1e-5, 1e-5].map((offset) => {
          const uniform = Math.min(Math.max(draw.uniform + offset, 0), 1 - 2 ** -53);
          return reference({ ...draw, uniform }).token;
        });
        expect(around).toContain(token);
        // Float32 roundings of numbers up to 130, and of the sum of 200 weights.
        const logprob = expected.logprobs[token]!;
        expect(Math.abs(found.logprobs[0]! - logprob)).toBeLessThanOrEqual(1e-6 * Math.max(1, -logprob / 8));
        expect(Math.abs(found.entropy - expected.entropy)).toBeLessThanOrEqual(2e-6);
      }),
      { seed: 7, numRuns: 400 },
    );
  });

  const even = { logits: [2, 2, 2, 2], temperature: 1 };

  it("is the first of the most likely when greedy, whatever the number", () => {
    const draw = { logits: [0, 3, 1, 3], temperature: 0, topP: 1, uniform: 0.99 };
    expect(drawn(draw).tokens[0]).toBe(1);
  });

  it("comes from the nucleus, ties by id", () => {
    expect(drawn({ ...even, topP: 0.5, uniform: 0.999 }).tokens[0]).toBe(1); // .25 + .25 reach .5
    expect(drawn({ ...even, topP: 0.51, uniform: 0.999 }).tokens[0]).toBe(2);
  });

  it("may be any token when all are likely", () => {
    const logits = Array<number>(130).fill(1);
    for (const token of [0, 63, 64, 127, 128, 129]) {
      const uniform = (token + 0.5) / 130;
      expect(drawn({ logits, temperature: 1, topP: 1, uniform }).tokens[0]).toBe(token);
      expect(drawn({ logits, temperature: 1, topP: 0.9999, uniform }).tokens[0]).toBe(token);
    }
  });

  it.each([NaN, Infinity, -Infinity])("is refused when a logit is %d", (bad) => {
    const draw = { temperature: 1, topP: 1, uniform: 0.5 };
    expect(() => drawn({ ...draw, logits: [1, 2, 3, 4, bad] })).toThrow("logits are not finite");
    expect(() => drawn({ ...draw, logits: [bad, 2, 3, 4, 5] })).toThrow("logits are not finite");
  });
});
