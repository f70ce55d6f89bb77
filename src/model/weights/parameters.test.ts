import { describe, expect, test } from "vitest";
import { TINY_CONFIG } from "../fixture.ts";
import { initialParameters, parameterCount, parameterShapes } from "./parameters.ts";

describe("the parameters of a decoder", () => {
  // Embedding 464*16; a layer: q 16*16, k and v 8*16, o 16*16, three of 24*16, two norms of 16; a last norm.
  test("are counted by hand", () => {
    const layer = 16 * 16 + 2 * 8 * 16 + 16 * 16 + 3 * 24 * 16 + 2 * 16;
    expect(parameterCount(TINY_CONFIG)).toBe(464 * 16 + 2 * layer + 16);
    expect(parameterCount({ ...TINY_CONFIG, tied: false })).toBe(2 * 464 * 16 + 2 * layer + 16);
    expect(parameterCount({ ...TINY_CONFIG, qkvBias: true })).toBe(464 * 16 + 2 * (layer + 16 + 8 + 8) + 16);
    expect(parameterCount({ ...TINY_CONFIG, qkNorm: true })).toBe(464 * 16 + 2 * (layer + 8 + 8) + 16);
  });

  test("carry Hugging Face's names and [out, in] shapes", () => {
    const shapes = parameterShapes({ ...TINY_CONFIG, tied: false, qkvBias: true });
    expect(shapes.get("model.embed_tokens.weight")).toEqual([464, 16]);
    expect(shapes.get("model.layers.1.self_attn.k_proj.weight")).toEqual([8, 16]);
    expect(shapes.get("model.layers.1.self_attn.k_proj.bias")).toEqual([8]);
    expect(shapes.get("model.layers.0.mlp.down_proj.weight")).toEqual([16, 24]);
    expect(shapes.get("lm_head.weight")).toEqual([464, 16]);
  });

  test("of a new decoder are the same for the same seed", () => {
    expect(initialParameters(TINY_CONFIG, 3)).toEqual(initialParameters(TINY_CONFIG, 3));
    const name = "model.layers.0.mlp.up_proj.weight";
    expect(initialParameters(TINY_CONFIG, 4).get(name)).not.toEqual(
      initialParameters(TINY_CONFIG, 3).get(name),
    );
  });

  test("of a new decoder have the stated spread", () => {
    const spread = (name: string): number => {
      const data = initialParameters(TINY_CONFIG, 1).get(name)!.data;
      return Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);
    };
    // The spread of n draws is within 1 / sqrt(2 n) of the true one, three times: 14% for 7424, 18% for 384 draws.
    expect(spread("model.embed_tokens.weight") / 0.02).toBeCloseTo(1, 1);
    expect(Math.abs(spread("model.layers.0.mlp.up_proj.weight") / (0.6 / Math.sqrt(16)) - 1)).toBeLessThan(
      0.11,
    );
    expect(Math.abs(spread("model.layers.0.mlp.down_proj.weight") / (0.02 / Math.sqrt(4)) - 1)).toBeLessThan(
      0.11,
    );
    expect(spread("model.norm.weight")).toBe(1);
  });
});
