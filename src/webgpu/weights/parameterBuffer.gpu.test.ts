import { describe, expect, test } from "vitest";
import { normals } from "../../ops/fixture.ts";
import { readBuffer } from "../device/device.ts";
import { describeOnGpu } from "../fixture.ts";
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
    const parameters = new ParameterBuffer(gpu(), SHAPES, 8);
    parameters.upload(weights);
    expect(await parameters.download()).toEqual(weights);
    parameters.dispose();
  });

  describe("with heads of 6", () => {
    const headed = new Map([
      ["model.layers.0.self_attn.q_proj.weight", [12, 4]],
      ["model.layers.0.self_attn.q_proj.bias", [12]],
      ["model.layers.0.self_attn.o_proj.weight", [4, 12]],
    ]);
    const values = new Map(
      [...headed].map(([name, shape], i) => [
        name,
        { shape, data: Float32Array.from(normals(i, shape).data) },
      ]),
    );

    test("stores each half of a head with zeros up to four, and gives back what was uploaded", async () => {
      const parameters = new ParameterBuffer(gpu(), headed, 6);
      parameters.upload(values);
      expect(await parameters.download()).toEqual(values);
      const { buffer, layout } = parameters;
      const all = new Float32Array(await readBuffer(gpu().device, buffer, buffer.size));
      const data = (name: string) => values.get(`model.layers.0.self_attn.${name}`)!.data;
      const at = (name: string) => layout.layer.get(`self_attn.${name}`)!.offset;
      const bias = data("q_proj.bias");
      const halves = [0, 3, 6, 9].flatMap((start) => [...bias.subarray(start, start + 3), 0]);
      expect([...all.subarray(at("q_proj.bias"), at("q_proj.bias") + 16)]).toEqual(halves);
      for (let i = 0; i < 12; i++) {
        const stored = Math.floor(i / 3) * 4 + (i % 3);
        for (let k = 0; k < 4; k++) {
          expect(all[at("q_proj.weight") + k * 16 + stored]).toBe(data("q_proj.weight")[i * 4 + k]);
          expect(all[at("o_proj.weight") + stored * 4 + k]).toBe(data("o_proj.weight")[k * 12 + i]);
        }
      }
      expect(all.filter((value) => value !== 0).length).toBe(48 + 12 + 48);
      parameters.dispose();
    });
  });

  test("refuses a weight of another shape, by name", () => {
    const parameters = new ParameterBuffer(gpu(), SHAPES, 8);
    const wrong = new Map([["model.embed_tokens.weight", { shape: [12, 7], data: new Float32Array(84) }]]);
    expect(() => parameters.upload(wrong)).toThrow("model.embed_tokens.weight is [12,7], not [7,12]");
    parameters.dispose();
  });
});
