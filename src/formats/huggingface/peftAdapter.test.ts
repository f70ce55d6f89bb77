import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readPeftAdapter, writePeftAdapter } from "./peftAdapter.ts";
import { writeSafetensors } from "../safetensors/safetensors.ts";

const folder = new URL("../../model/fixtures/", import.meta.url);

const WILD = "../shared/data/wild/models/peft_pissa_olora";

/** The files of an adapter that PEFT wrote, its configuration changed. */
function files(changes: Readonly<Record<string, unknown>> = {}): Map<string, Uint8Array> {
  const read = (name: string): Buffer => readFileSync(new URL(`tiny-qwen2/adapter/${name}`, folder));
  const config = JSON.parse(read("adapter_config.json").toString()) as Record<string, unknown>;
  return new Map<string, Uint8Array>([
    ["adapter_config.json", new TextEncoder().encode(JSON.stringify({ ...config, ...changes }))],
    ["adapter_model.safetensors", read("adapter_model.safetensors")],
  ]);
}

describe("an adapter", () => {
  test("that PEFT wrote is read", () => {
    const { tensors, targets, ...rest } = readPeftAdapter(files());
    expect(rest).toEqual({ rank: 3, alpha: 12, dropout: 0, base: "src/model/fixtures/tiny-qwen2" });
    expect([...targets].sort()).toEqual(["q_proj", "v_proj"]);
    expect(tensors.size).toBe(8);
    expect(tensors.get("model.layers.1.self_attn.v_proj.lora_B.weight")?.shape).toEqual([8, 3]);
  });

  test("is read again as it was written", () => {
    const adapter = readPeftAdapter(files());
    const written = writePeftAdapter(adapter, "# A card\n");
    expect([...written.keys()]).toEqual(["adapter_model.safetensors", "adapter_config.json", "README.md"]);
    const again = readPeftAdapter(written);
    expect(new Map([...again.tensors].sort())).toEqual(new Map([...adapter.tensors].sort()));
    expect({ ...again, tensors: null }).toEqual({ ...adapter, tensors: null });
    const config = JSON.parse(new TextDecoder().decode(written.get("adapter_config.json"))) as unknown;
    expect(config).toMatchObject({
      peft_type: "LORA",
      task_type: "CAUSAL_LM",
      r: 3,
      lora_alpha: 12,
      bias: "none",
    });
  });

  test.each([
    [{ peft_type: "IA3" }, 'has peft_type "IA3"; only LORA is supported'],
    [{ use_dora: true }, "enables use_dora (DoRA); only plain LoRA is supported"],
    [
      { use_rslora: true, rank_pattern: { q_proj: 8 } },
      "rank_pattern (ranks per module), use_rslora (rank-stabilised scaling)",
    ],
    [{ bias: "all" }, "enables bias (trained biases)"],
    [{ modules_to_save: ["lm_head"] }, "modules_to_save (fully trained modules)"],
    [{ init_lora_weights: "pissa" }, 'has init_lora_weights "pissa"'],
    [{ init_lora_weights: "pissa_niter_4" }, 'has init_lora_weights "pissa_niter_4"'],
    [{ init_lora_weights: "OLoRA" }, 'has init_lora_weights "OLoRA"'],
    [{ init_lora_weights: "loftq", loftq_config: { loftq_bits: 4 } }, 'has init_lora_weights "loftq"'],
    [{ init_lora_weights: "corda" }, 'has init_lora_weights "corda"'],
    [{ init_lora_weights: "lora_ga" }, 'has init_lora_weights "lora_ga"'],
    [{ kasa_config: { beta: 1 } }, "enables kasa_config (KaSA)"],
    [{ layers_to_transform: [0] }, "enables layers_to_transform (an adapter of some layers)"],
    [{ use_something: true }, "enables use_something (unknown here)"],
    [{ target_modules: ["v_proj"] }, "matrices of model.layers.0.self_attn.q_proj, which target_modules"],
    [{ target_modules: ".*q_proj" }, "matrices of model.layers.0.self_attn.v_proj, which target_modules"],
    [{ exclude_modules: ["layers.1.self_attn.v_proj"] }, "layers.1.self_attn.v_proj, which exclude_modules"],
    [{ target_modules: "(?P<all>.*)" }, "a pattern that JavaScript does not know"],
    [{ r: 0 }, "r must be a number above 0; it is 0"],
    [{ lora_dropout: 1 }, "lora_dropout must be at least 0 and below 1; it is 1"],
  ])("of another kind is refused: %j", (changes, message) => {
    expect(() => readPeftAdapter(files(changes))).toThrow(message);
  });

  test.each([
    ...[{ init_lora_weights: "gaussian" }, { init_lora_weights: "eva", eva_config: { rho: 1 } }],
    ...[{ init_lora_weights: "orthogonal" }, { init_lora_weights: "mica" }, { init_lora_weights: null }],
    ...[
      { target_modules: String.raw`.*\.(q|v)_proj` },
      { exclude_modules: ["k_proj"], layers_pattern: null },
    ],
    ...[{ megatron_core: "megatron.core", qalora_group_size: 16, rank_pattern: {} }],
  ])("of a base that it leaves as it is, is read: %j", (changes) => {
    expect(readPeftAdapter(files(changes)).tensors.size).toBe(8);
  });

  test.skipIf(!existsSync(WILD)).each(["pissa", "olora"])(
    "initialised by %s is refused: skipped where ../shared/data/wild is absent",
    (kind) => {
      const names = ["adapter_config.json", "adapter_model.safetensors"];
      const read = (name: string): Buffer => readFileSync(`${WILD}/init_${kind}/${name}`);
      expect(() => readPeftAdapter(new Map(names.map((name) => [name, read(name)])))).toThrow(
        `init_lora_weights "${kind}"`,
      );
    },
  );

  test("without one of its files, or with other matrices, is refused", () => {
    const some = files();
    some.delete("adapter_model.safetensors");
    expect(() => readPeftAdapter(some)).toThrow("The adapter has no adapter_model.safetensors.");
    const name = "base_model.model.model.embed_tokens.lora_embedding_A";
    const tensors = new Map([[name, { shape: [1], data: Float32Array.of(1) }]]);
    const odd = files().set("adapter_model.safetensors", writeSafetensors(tensors));
    expect(() => readPeftAdapter(odd)).toThrow(`contains ${name}; only lora_A and lora_B matrices`);
    const text = files().set("adapter_config.json", new TextEncoder().encode("{"));
    expect(() => readPeftAdapter(text)).toThrow("adapter_config.json is not valid JSON");
  });
});
