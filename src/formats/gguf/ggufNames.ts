/** A parameter's name in a GGUF file <-> in a Hugging Face folder. */

const WHOLE: ReadonlyMap<string, string> = new Map([
  ["token_embd.weight", "model.embed_tokens.weight"],
  ["output_norm.weight", "model.norm.weight"],
  ["output.weight", "lm_head.weight"],
]);

const IN_LAYER: ReadonlyMap<string, string> = new Map([
  ["attn_norm", "input_layernorm"],
  ["attn_q", "self_attn.q_proj"],
  ["attn_k", "self_attn.k_proj"],
  ["attn_v", "self_attn.v_proj"],
  ["attn_q_norm", "self_attn.q_norm"],
  ["attn_k_norm", "self_attn.k_norm"],
  ["attn_output", "self_attn.o_proj"],
  ["ffn_norm", "post_attention_layernorm"],
  ["ffn_gate", "mlp.gate_proj"],
  ["ffn_up", "mlp.up_proj"],
  ["ffn_down", "mlp.down_proj"],
]);

const WHOLE_IN_GGUF = turned(WHOLE);
const IN_LAYER_IN_GGUF = turned(IN_LAYER);

/** Hugging Face's name; null when a GGUF name has no part in the models that run. */
export function huggingFaceName(name: string): string | null {
  const [, layer, part = "", kind] = /^blk\.(\d+)\.(\w+)\.(weight|bias)$/.exec(name) ?? [];
  const inLayer = IN_LAYER.get(part);
  return inLayer === undefined ? (WHOLE.get(name) ?? null) : `model.layers.${layer}.${inLayer}.${kind}`;
}

/** GGUF's name; null when a Hugging Face name has no part in the models that run. */
export function ggufName(name: string): string | null {
  const [, layer, part = "", kind] = /^model\.layers\.(\d+)\.([\w.]+)\.(weight|bias)$/.exec(name) ?? [];
  const inLayer = IN_LAYER_IN_GGUF.get(part);
  return inLayer === undefined ? (WHOLE_IN_GGUF.get(name) ?? null) : `blk.${layer}.${inLayer}.${kind}`;
}

/** Heads of a projection whose rows llama.cpp's llama orders otherwise; null for any other parameter. */
export function headsOf(huggingFace: string, heads: number, kvHeads: number): number | null {
  if (huggingFace.includes("q_proj")) return heads;
  return huggingFace.includes("k_proj") ? kvHeads : null;
}

function turned(names: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...names].map(([gguf, huggingFace]) => [huggingFace, gguf]));
}
