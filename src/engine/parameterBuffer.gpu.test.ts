import { expect, test } from "vitest";
import { normals } from "../kernels/fixture.ts";
import * as tf from "../kernels/tf.ts";
import { describeOnGpu } from "./fixture.ts";
import { ParameterBuffer } from "./parameterBuffer.ts";

const SHAPES = new Map([
  ["model.embed_tokens.weight", [7, 12]],
  ["model.layers.0.mlp.up_proj.weight", [20, 12]],
  ["model.layers.0.input_layernorm.weight", [12]],
]);
const weights = new Map(
  [...SHAPES].map(([name, shape], i) => [name, { shape, data: Float32Array.from(normals(i, shape).data) }]),
);

describeOnGpu("ParameterBuffer", (gpu) => {
  test("gives back by name what was uploaded", async () => {
    const parameters = new ParameterBuffer(gpu(), SHAPES);
    parameters.upload(weights);
    expect(await parameters.download()).toEqual(weights);
    parameters.dispose();
  });

  test("takes tensors over, what TensorFlow.js has only recorded included", async () => {
    const parameters = new ParameterBuffer(gpu(), SHAPES);
    const tensors = new Map(
      [...weights].map(([name, { shape, data }]) => [name, tf.mul(tf.tensor(data, [...shape]), 2)]),
    );
    parameters.copyFrom(tensors);
    const doubled = [...weights].map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map((value) => 2 * value) },
    ]);
    expect([...(await parameters.download())]).toEqual(doubled);
    tf.dispose([...tensors.values()]);
    parameters.dispose();
  });

  test("refuses a weight of another shape, by name", () => {
    const parameters = new ParameterBuffer(gpu(), SHAPES);
    const wrong = new Map([["model.embed_tokens.weight", { shape: [12, 7], data: new Float32Array(84) }]]);
    expect(() => parameters.upload(wrong)).toThrow("model.embed_tokens.weight is [12,7], not [7,12]");
    parameters.dispose();
  });
});
