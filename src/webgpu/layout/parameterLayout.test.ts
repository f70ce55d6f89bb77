import { expect, test } from "vitest";
import { layOutParameters, transpose, vectorOffset } from "./parameterLayout.ts";

const SHAPES = new Map([
  ["model.embed_tokens.weight", [5, 4]],
  ["model.layers.0.mlp.up_proj.weight", [17, 4]],
  ["model.layers.0.input_layernorm.weight", [4]],
  ["model.layers.1.mlp.up_proj.weight", [17, 4]],
  ["model.layers.1.input_layernorm.weight", [4]],
  ["model.norm.weight", [4]],
]);

test("lays each layer out alike, everything at multiples of 256 bytes", () => {
  const { size, layerSize, layer, parameters } = layOutParameters(SHAPES, 8);
  expect(layerSize).toBe(128 + 64); // 68 floats and 4, each rounded up to 64
  expect(vectorOffset(layer, "input_layernorm.weight")).toBe(32);
  expect(parameters.get("model.layers.1.input_layernorm.weight")?.offset).toBe(192 + 128);
  expect(parameters.get("model.embed_tokens.weight")?.offset).toBe(2 * 192);
  expect(parameters.get("model.norm.weight")?.offset).toBe(2 * 192 + 64);
  expect(size).toBe(2 * 192 + 2 * 64);
});

test("turns the matrices of layers, and nothing else", () => {
  const turned = [...layOutParameters(SHAPES, 8).parameters].filter(([, { transposed }]) => transposed);
  expect(turned.map(([name]) => name)).toEqual([
    "model.layers.0.mlp.up_proj.weight",
    "model.layers.1.mlp.up_proj.weight",
  ]);
  expect([...transpose(Float32Array.of(1, 2, 3, 4, 5, 6), 2, 3)]).toEqual([1, 4, 2, 5, 3, 6]);
});

test("refuses layers that differ", () => {
  const shapes = new Map(SHAPES).set("model.layers.1.mlp.up_proj.weight", [16, 4]);
  expect(() => layOutParameters(shapes, 8)).toThrow(
    "model.layers.1.mlp.up_proj.weight differs from the same parameter of layer 0",
  );
});
