/** The GPU's scorer against PyTorch's numbers. */
import { expect, test } from "vitest";
import { describeWithPlainProducts } from "../../webgpu/fixture.ts";
import { countGpuCalls } from "../../webgpu/gpuCalls/fixture.ts";
import { GpuScorer } from "../../webgpu/training/gpuScorer.ts";
import { ParameterBuffer } from "../../webgpu/weights/parameterBuffer.ts";
import { expectClose } from "../../ops/fixture.ts";
import { FIXTURES, loadFixture } from "../fixture.ts";
import { parameterShapes } from "../weights/parameters.ts";

describeWithPlainProducts("GpuScorer", (gpu) => {
  test.each(FIXTURES)(
    "gives PyTorch's logprobs and entropies with %s, in as few dispatches",
    async (name) => {
      const { config, weights, expected } = loadFixture(name);
      const { loss } = expected;
      const parameters = new ParameterBuffer(gpu(), parameterShapes(config), config.headDim);
      parameters.upload(weights);
      const scorer = new GpuScorer(gpu(), config, parameters);
      const rows = expected.rows.map((tokens, i) => ({
        tokens: Int32Array.from(tokens),
        first: loss.promptLengths[i]!,
      }));
      const { logprobs, entropies, values } = await scorer.score(rows, loss.temperature);
      expectClose("logprobs", logprobs, loss.logprobs.flat(), 2e-5);
      expectClose("entropies", entropies, loss.entropies.flat(), 2e-5);
      expect(new Set(values)).toEqual(new Set([0])); // there is no value head
      const again = await countGpuCalls(gpu().device, () => scorer.score(rows, loss.temperature));
      const ofLayer = config.qkNorm ? 6 : 5;
      expect(again).toMatchObject({ dispatchWorkgroups: ofLayer * config.layers + 4 });
      expect(again).toMatchObject({ submit: 1, mapAsync: 1 });
      expect(again).toMatchObject({ writeBuffer: 1, createBuffer: 0, createBindGroup: 0 });
      scorer.dispose();
      parameters.dispose();
    },
  );
});
