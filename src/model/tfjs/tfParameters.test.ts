import { beforeAll, describe, expect, test } from "vitest";
import { useImplementation } from "../../ops/testBackend.ts";
import * as tf from "../../ops/tf.ts";
import { TINY_CONFIG } from "../fixture.ts";
import { initialParameters } from "../weights/parameters.ts";
import { downloadTensors, loadParameters } from "./tfParameters.ts";

describe("loading weights", () => {
  beforeAll(() => useImplementation("stock operations on cpu"));
  const weights = initialParameters(TINY_CONFIG, 1);

  test("and reading them back changes nothing", async () => {
    const loaded = loadParameters(TINY_CONFIG, weights);
    expect(await downloadTensors(loaded)).toEqual(weights);
    tf.dispose([...loaded.values()]);
  });

  test("names what is missing and what is misshapen, and leaves nothing on the backend", () => {
    const broken = new Map(weights);
    broken.delete("model.norm.weight");
    broken.set("model.layers.0.mlp.up_proj.weight", { shape: [16, 24], data: new Float32Array(384) });
    const before = tf.memory().numTensors;
    expect(() => loadParameters(TINY_CONFIG, broken)).toThrow(
      "the weights do not fit config.json: model.layers.0.mlp.up_proj.weight is [16,24], config.json says [24,16]; " +
        "model.norm.weight is missing",
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  test("leaves aside tensors the decoder does not know", () => {
    const loaded = loadParameters(TINY_CONFIG, new Map([...weights, ["other", { shape: [1], data: new Float32Array(1) }]])); // prettier-ignore
    expect([...loaded.keys()]).toEqual([...weights.keys()]);
    tf.dispose([...loaded.values()]);
  });
});
