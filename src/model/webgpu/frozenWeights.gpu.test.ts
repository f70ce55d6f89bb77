/** Packed weights in the graphs: against the same numbers in float32. */
import { describe, expect, test } from "vitest";
import { describeOnGpu } from "../../webgpu/fixture.ts";
import { FrozenWeights } from "../../webgpu/weights/frozenWeights.ts";
import { watchGpuBytes } from "../../webgpu/gpuCalls/fixture.ts";
import { GpuSampler } from "../../webgpu/sampling/gpuSampler.ts";
import { GpuScorer } from "../../webgpu/training/gpuScorer.ts";
import { heldWeights, PRECISIONS } from "../../formats/numbers/fixture.ts";
import { ParameterBuffer } from "../../webgpu/weights/parameterBuffer.ts";
import { expectClose } from "../../ops/fixture.ts";
import { loadFixture } from "../fixture.ts";
import { parameterCount, parameterShapes } from "../weights/parameters.ts";

/** Float32 sums in another order. */
const TOLERANCE = 2e-5;

describeOnGpu("FrozenWeights", (gpu) => {
  // What compiles kernels of its own: plain, with biases, with heads stored with zeros, with norms of heads.
  describe.each(["tiny-llama", "tiny-qwen2", "tiny-mistral", "tiny-qwen3"] as const)("of %s", (name) => {
    const { config, weights, expected: known } = loadFixture(name);
    const shapes = parameterShapes(config);
    const { loss } = known;
    const rows = known.rows.map((tokens, i) => ({
      tokens: Int32Array.from(tokens),
      first: loss.promptLengths[i]!,
    }));

    const isPadded = config.headDim % 8 !== 0;
    const possible = PRECISIONS.filter((precision) => precision === "f16" || !isPadded);

    // In one shard as well, which once suffices: what is compiled for it takes most of the time.
    const bindings = name === "tiny-llama" ? [2 ** 27, 700] : [700];
    test.each(possible)(
      "in %s sample and score as their numbers do in f32, in shards too",
      async (precision) => {
        const plain = new ParameterBuffer(gpu(), shapes, config.headDim);
        plain.upload(heldWeights(precision, weights));
        const expected = new GpuScorer(gpu(), config, plain);
        const { logprobs, entropies } = await expected.score(rows, loss.temperature);
        for (const most of bindings) {
          const frozen = new FrozenWeights(gpu(), config, shapes, precision, most);
          await frozen.upload(weights);
          expect(frozen.shards("model.embed_tokens.weight").length > 1).toBe(most === 700);
          const scorer = new GpuScorer(gpu(), config, frozen);
          const found = await scorer.score(rows, loss.temperature);
          expectClose("logprobs", found.logprobs, logprobs, TOLERANCE);
          expectClose("entropies", found.entropies, entropies, TOLERANCE);
          const sampler = new GpuSampler(gpu(), { ...config, eosTokens: [] }, frozen);
          const decoding = { temperature: loss.temperature, topP: 1, maxTokens: 5 };
          const prompt = Int32Array.of(3, 5, 8);
          const request = { prompt: 0, seed: 1, stream: 0 };
          const [drawn] = await sampler.generate([prompt], [request], decoding, async () => {});
          const tokens = Int32Array.of(...prompt, ...drawn!.tokens);
          const again = await expected.score([{ tokens, first: 3 }], loss.temperature);
          expectClose("drawn", drawn!.logprobs, again.logprobs, TOLERANCE);
          for (const made of [scorer, sampler, frozen]) made.dispose();
        }
        for (const made of [expected, plain]) made.dispose();
      },
    );
  });

  test("refuse blocks that zeros between heads would cut otherwise than a file does", () => {
    const { config } = loadFixture("tiny-llama");
    const padded = { ...config, headDim: 12 };
    const make = () => new FrozenWeights(gpu(), padded, parameterShapes(padded), "q8_0");
    expect(make).toThrow(
      "heads of 12 numbers are stored with zeros, which blocks of q8_0 would hold as well",
    );
  });

  test("take fewer bytes the lower the precision, give all of them back, and say which weight it cannot hold", async () => {
    const { config, weights } = loadFixture("tiny-llama");
    const shapes = parameterShapes(config);
    const taken = PRECISIONS.map((precision) => {
      const watch = watchGpuBytes(gpu().device);
      const frozen = new FrozenWeights(gpu(), config, shapes, precision);
      const held = watch.held();
      frozen.dispose();
      expect(watch.held()).toBe(0);
      watch.end();
      return held;
    });
    expect(taken).toEqual([...taken].sort((a, b) => b - a));
    // Matrices of 2 bytes a weight, norms of 4, whole chunks of tokens.
    expect(taken[0]).toBeGreaterThanOrEqual(2 * parameterCount(config));
    const name = "model.layers.1.mlp.up_proj.weight";
    const large = { ...weights.get(name)!, data: weights.get(name)!.data.map((value) => value + 1e6) };
    const halves = new FrozenWeights(gpu(), config, shapes, "f16");
    await expect(halves.upload(new Map([...weights, [name, large]]))).rejects.toThrow(
      new RegExp(`^${name}: a weight is .*, which is out of the range of F16. Keep the base in f32.`),
    );
  });
});
