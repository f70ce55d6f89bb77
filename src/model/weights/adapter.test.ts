import { beforeAll, describe, expect, test } from "vitest";
import { IMPLEMENTATIONS, useImplementation } from "../../ops/testBackend.ts";
import * as tf from "../../ops/tf.ts";
import { createRandom } from "../../math/random.ts";
import {
  adapterCount,
  adapterFromPeft,
  adapterScale,
  adapterShapes,
  checkAdapter,
  initialAdapter,
  type Adapter,
  type AdapterConfig,
} from "./adapter.ts";
import { dropoutMask } from "../tfjs/training/dropout.ts";
import {
  ADAPTER_FIXTURES,
  loadAdapterFixture,
  loadFixture,
  mergedWeights,
  relativeGap,
  TINY_CONFIG,
} from "../fixture.ts";
import { generate } from "../tfjs/decoding/generate.ts";
import { layOutScoredRows, scoreTokens } from "../tfjs/training/loss.ts";
import type { LowRank } from "../tfjs/lowRank.ts";
import { causal, indices, packRows } from "../tfjs/packedRows.ts";
import { initialParameters } from "./parameters.ts";
import { uploadTensors } from "../tfjs/tfParameters.ts";
import { policyLoss } from "../tfjs/training/policyLoss.ts";
import { createDecoder } from "../tfjs/tfModel.ts";
import { hiddenStates, logitsOf, type Decoder } from "../tfjs/transformer.ts";

const CONFIG: AdapterConfig = { rank: 3, alpha: 6, dropout: 0, targets: ["v_proj", "q_proj"] };

describe("an adapter", () => {
  test("has two matrices beside each target of each layer, whatever the order they are named in", () => {
    expect([...adapterShapes(TINY_CONFIG, CONFIG)]).toEqual([
      ["model.layers.0.self_attn.q_proj.lora_A.weight", [3, 16]],
      ["model.layers.0.self_attn.q_proj.lora_B.weight", [16, 3]],
      ["model.layers.0.self_attn.v_proj.lora_A.weight", [3, 16]],
      ["model.layers.0.self_attn.v_proj.lora_B.weight", [8, 3]],
      ["model.layers.1.self_attn.q_proj.lora_A.weight", [3, 16]],
      ["model.layers.1.self_attn.q_proj.lora_B.weight", [16, 3]],
      ["model.layers.1.self_attn.v_proj.lora_A.weight", [3, 16]],
      ["model.layers.1.self_attn.v_proj.lora_B.weight", [8, 3]],
    ]);
    expect(adapterCount(TINY_CONFIG, CONFIG)).toBe(2 * 3 * (16 + 16 + 16 + 8));
  });

  test("begins as PEFT's: A uniform within 1 / sqrt(in), B zero, by the seed", () => {
    const adapter = initialAdapter(TINY_CONFIG, { ...CONFIG, rank: 256 }, 7);
    checkAdapter(TINY_CONFIG, adapter);
    for (const [name, { data }] of adapter.tensors) {
      if (name.includes("lora_B")) {
        expect(data.every((value) => value === 0)).toBe(true);
        continue;
      }
      const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
      const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length;
      expect(Math.max(...data.map(Math.abs))).toBeLessThanOrEqual(0.25);
      // Of 4096 numbers uniform within 1/4, whose variance is 1/48: four standard errors.
      expect(Math.abs(mean)).toBeLessThan((4 * 0.25) / Math.sqrt(3 * 4096));
      expect(Math.abs(variance * 48 - 1)).toBeLessThan(4 * Math.sqrt(0.8 / 4096));
    }
    expect(initialAdapter(TINY_CONFIG, { ...CONFIG, rank: 256 }, 7)).toEqual(adapter);
    expect(initialAdapter(TINY_CONFIG, { ...CONFIG, rank: 256 }, 8)).not.toEqual(adapter);
  });

  test("that is new leaves the model as it is", () => {
    const base = initialParameters(TINY_CONFIG, 1);
    expect(mergedWeights(base, initialAdapter(TINY_CONFIG, CONFIG, 7))).toEqual(base);
  });

  test("that does not fit is refused, with the matrices it is about", () => {
    const adapter = initialAdapter(TINY_CONFIG, CONFIG, 7);
    const tensors = new Map(adapter.tensors);
    tensors.delete("model.layers.1.self_attn.v_proj.lora_B.weight");
    expect(() => checkAdapter(TINY_CONFIG, { ...adapter, tensors })).toThrow(
      "the adapter does not fit the model: model.layers.1.self_attn.v_proj.lora_B.weight is missing",
    );
    expect(() => checkAdapter({ ...TINY_CONFIG, width: 20 }, adapter)).toThrow(
      "q_proj.lora_A.weight is [3,16], this model needs [3,20]",
    );
    expect(() => checkAdapter({ ...TINY_CONFIG, layers: 1 }, adapter)).toThrow(
      "model.layers.1.self_attn.q_proj.lora_A.weight matches no parameter of this model",
    );
    const peft = { ...adapter, targets: ["q_proj", "embed_tokens"], base: null };
    expect(() => adapterFromPeft(TINY_CONFIG, peft, 1)).toThrow("the adapter targets embed_tokens;");
  });
});

/** A fixture's decoder with its adapter. */
function decoderOf(
  name: (typeof ADAPTER_FIXTURES)[number],
  adapter: Adapter,
  drop: LowRank["drop"] = null,
): Decoder {
  const { config, weights } = loadFixture(name);
  const decoder = createDecoder(config, uploadTensors([...weights.keys()], weights));
  const tensors = uploadTensors([...adapter.tensors.keys()], adapter.tensors);
  return { ...decoder, adapter: { tensors, scale: adapterScale(adapter), drop } };
}

const none = async (): Promise<void> => {};

describe.each(IMPLEMENTATIONS)("with %s", (implementation) => {
  beforeAll(() => useImplementation(implementation));

  describe.each(ADAPTER_FIXTURES)("%s with an adapter, against PEFT", (name) => {
    const { adapter, rows, loss: expected, tensors } = loadAdapterFixture(name);
    const scored = layOutScoredRows(rows, expected.promptLengths);
    const reference = (key: string): Float32Array => tensors.get(key)?.data ?? new Float32Array();

    /** The fixture's loss of a decoder's scores. */
    function lossOf(decoder: Decoder): tf.Scalar {
      const targets = {
        advantages: tf.tensor1d(expected.advantages.flat()),
        weights: tf.fill([expected.advantages.flat().length], 1 / expected.normalizer),
        oldLogprobs: tf.tensor1d(expected.oldLogprobs.flat()),
        referenceLogprobs: tf.tensor1d(expected.refLogprobs.flat()),
      };
      const options = { ...expected, dualClip: Infinity, klEstimator: "k3", entropyCoefficient: 0 } as const;
      return policyLoss(scoreTokens(decoder, scored, expected.temperature), targets, options);
    }

    /** A loss and its gradients by the adapter's matrices, in their order. */
    function gradientsOf(decoder: Decoder, loss: (decoder: Decoder) => tf.Scalar) {
      const low = decoder.adapter!;
      const names = [...low.tensors.keys()];
      return tf.valueAndGrads((...given: tf.Tensor[]) => {
        const trained = new Map(names.map((key, i) => [key, given[i]!]));
        return loss({ ...decoder, adapter: { ...low, tensors: trained } });
      })([...low.tensors.values()]);
    }

    test("gives PEFT's logits", () => {
      const decoder = decoderOf(name, adapter);
      const packed = packRows(rows);
      const attend = causal(decoder.config, packed);
      const hidden = hiddenStates(decoder, indices(packed.tokens), indices(packed.positions), attend);
      const found = logitsOf(decoder, hidden).dataSync<"float32">();
      const logits = rows.flatMap((_, i) => [...reference(`logits.${i}`)]);
      expect(found.length).toBe(logits.length);
      // The bound of the reference path; logits spread over several units.
      for (const [i, logit] of logits.entries())
        expect(Math.abs(found[i]! - logit)).toBeLessThanOrEqual(1e-4);
    });

    test("gives PEFT's loss and the gradient of every A and B", () => {
      const { value, grads } = gradientsOf(decoderOf(name, adapter), lossOf);
      expect(Math.abs(value.dataSync()[0]! - expected.loss)).toBeLessThanOrEqual(1e-5);
      expect(grads).toHaveLength([...tensors.keys()].filter((key) => key.startsWith("gradient.")).length);
      for (const [i, key] of [...adapter.tensors.keys()].entries()) {
        // float32 in another order of summation: 1e-5 of each matrix's norm.
        expect(
          relativeGap(grads[i]!.dataSync<"float32">(), reference(`gradient.${key}`)),
          key,
        ).toBeLessThanOrEqual(1e-5);
      }
    });

    test("with dropout, has the gradients that finite differences under the same masks have", () => {
      const during = (decoder: Decoder): Decoder => {
        const random = createRandom(3); // anew for each evaluation: the same masks
        const drop = (x: tf.Tensor): tf.Tensor => tf.mul(x, dropoutMask(x.shape, 0.4, random));
        return { ...decoder, adapter: { ...decoder.adapter!, drop } };
      };
      const surprise = (decoder: Decoder): tf.Scalar =>
        tf.neg(tf.mean(scoreTokens(decoder, scored, 1).logprob)).asScalar();
      const decoder = decoderOf(name, adapter);
      const { value, grads } = gradientsOf(during(decoder), surprise);
      expect(Math.abs(value.dataSync()[0]! - surprise(decoder).dataSync()[0]!)).toBeGreaterThan(1e-3);
      const random = createRandom(9);
      const moves = [...adapter.tensors].map(
        ([key, { data }]) => [key, data.map(() => random.normal())] as const,
      );
      const slope = moves.reduce((sum, [, move], i) => {
        const gradient = grads[i]!.dataSync<"float32">();
        return sum + move.reduce((total, step, k) => total + step * gradient[k]!, 0);
      }, 0);
      const at = (distance: number): number => {
        const moved = new Map(adapter.tensors);
        for (const [key, move] of moves) {
          const { shape, data } = adapter.tensors.get(key)!;
          moved.set(key, { shape, data: data.map((number, k) => number + distance * move[k]!) });
        }
        return surprise(during(decoderOf(name, { ...adapter, tensors: moved }))).dataSync()[0]!;
      };
      const distance = 5e-4;
      const measured = (at(distance) - at(-distance)) / (2 * distance);
      expect(Math.abs(slope)).toBeGreaterThan(0.05);
      // Float32 losses of some units over the distance: some 1e-4, as what the third derivative adds.
      expect(Math.abs(measured - slope)).toBeLessThan(1e-3 * Math.max(1, Math.abs(slope)));
    });

    test("merged on the host is PEFT's merged model, and computes what the adapter computes", () => {
      const { config, weights } = loadFixture(name);
      const merged = mergedWeights(weights, adapter);
      const [key] = [...tensors.keys()].filter((each) => each.startsWith("merged."));
      const parameter = key!.slice("merged.".length);
      expect(relativeGap(merged.get(parameter)!.data, reference(key!))).toBeLessThan(1e-6);
      expect(merged.get(parameter)!.data).not.toEqual(weights.get(parameter)!.data);
      const one = createDecoder(config, uploadTensors([...merged.keys()], merged));
      const found = scoreTokens(one, scored, 1).logprob.dataSync();
      const other = scoreTokens(decoderOf(name, adapter), scored, 1).logprob.dataSync();
      for (const [i, logprob] of found.entries()) expect(Math.abs(logprob - other[i]!)).toBeLessThan(1e-4);
    });

    test("samples from what it scores", async () => {
      const decoder = decoderOf(name, adapter);
      const prompt = Int32Array.from(rows[0]!);
      const requests = [0, 1, 2].map((stream) => ({ prompt: 0, seed: 5, stream }));
      const held = tf.memory().numTensors;
      const sampled = await generate(
        decoder,
        [prompt],
        requests,
        { temperature: 1, topP: 1, maxTokens: 8 },
        none,
      );
      expect(tf.memory().numTensors).toBe(held);
      for (const { tokens, logprobs } of sampled) {
        const again = layOutScoredRows([[...prompt, ...tokens]], [prompt.length]);
        const scores = scoreTokens(decoder, again, 1).logprob.dataSync<"float32">();
        for (const [t, logprob] of logprobs.entries())
          expect(Math.abs(logprob - scores[t]!)).toBeLessThan(1e-4);
      }
    });
  });
});
