import { describe, expect, test } from "vitest";
import { weightsInMemory } from "../../formats/numbers/weightSource.ts";
import type { Tensor } from "../../math/tensor.ts";
import { TINY_CONFIG } from "../fixture.ts";
import { decoderWeights } from "./decoderWeights.ts";
import { initialParameters, parameterShapes } from "./parameters.ts";

const UNTIED = { ...TINY_CONFIG, tied: false };
const filled = (shape: readonly number[], value = 0.5): Tensor => ({
  shape,
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(value),
});

/** Opens random weights, some of them changed, added or, if null, left out. */
function open(changes: Readonly<Record<string, Tensor | null>>, config = TINY_CONFIG) {
  const weights = new Map<string, Tensor>(initialParameters(config, 1));
  for (const [name, tensor] of Object.entries(changes)) {
    if (tensor === null) weights.delete(name);
    else weights.set(name, tensor);
  }
  return decoderWeights(config, weightsInMemory(weights));
}

describe("the tensors of a model's files", () => {
  test("are the decoder's own, without buffers that are computed from the configuration", async () => {
    const { weights, tied, notes } = await open({
      "model.layers.0.self_attn.rotary_emb.inv_freq": filled([4]),
      "model.rotary_emb.inv_freq": filled([4]),
    });
    expect([...weights.shapes.keys()].sort()).toEqual([...parameterShapes(TINY_CONFIG).keys()].sort());
    expect({ tied, notes }).toEqual({ tied: true, notes: [] });
  });

  test.each<[string, string]>([
    ["model.layers.2.mlp.up_proj.weight", "is of a layer beyond num_hidden_layers 2"],
    ["model.layers.0.self_attn.q_proj.bias", "is a bias that config.json does not switch on"],
    ["lm_head.bias", "is not part of this decoder"],
    ["model.layers.0.mlp.up_proj.lora_A.weight", "is of an adapter"],
    ["model.layers.0.mlp.up_proj.qweight", "is of quantised weights"],
    ["model.layers.0.mlp.up_proj.weight_scale_inv", "is of quantised weights"],
    ["model.layers.0.mlp.up_proj.weight.quant_state.bitsandbytes__nf4", "is of quantised weights"],
    ["model.layers.0.self_attn.k_norm.weight", "is not part of this decoder"],
    ["v_head.summary.weight", "is not part of this decoder"],
  ])("are refused where the decoder would leave %s out", async (name, kind) => {
    await expect(open({ [name]: filled([2, 2]) })).rejects.toThrow(`do not fit config.json: ${name} ${kind}`);
  });

  test("are refused where one is missing or has another shape", async () => {
    await expect(open({ "model.norm.weight": null })).rejects.toThrow("model.norm.weight is missing");
    await expect(open({ "model.norm.weight": filled([8]) })).rejects.toThrow(
      "model.norm.weight is [8], config.json says [16]",
    );
    await expect(open({ "lm_head.weight": null }, UNTIED)).rejects.toThrow("lm_head.weight is missing");
  });
});

describe("an own head despite tie_word_embeddings", () => {
  const embedding = initialParameters(TINY_CONFIG, 1).get("model.embed_tokens.weight")!;

  test("stays tied if it equals the embedding", async () => {
    const opened = await open({ "lm_head.weight": { ...embedding, data: embedding.data.slice() } });
    expect(opened).toMatchObject({ tied: true, notes: [] });
    expect(opened.weights.shapes.has("lm_head.weight")).toBe(false);
  });

  test("counts if a single value differs, which is noted", async () => {
    const data = embedding.data.slice();
    data[data.length - 1]! += 1e-3;
    const { weights, tied, notes } = await open({ "lm_head.weight": { ...embedding, data } });
    expect(tied).toBe(false);
    expect(await weights.read("lm_head.weight")).toEqual(data);
    expect(notes).toEqual([expect.stringContaining("lm_head.weight differs from model.embed_tokens.weight")]);
  });

  test("of another size is refused", async () => {
    await expect(open({ "lm_head.weight": filled([2, 16]) })).rejects.toThrow(
      "lm_head.weight is [2,16], config.json says [464,16]",
    );
  });
});
