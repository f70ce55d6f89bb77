/** Parameter names in GGUF files and in Hugging Face folders. */

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

const WHOLE_IN_GGUF = inverted(WHOLE);
const IN_LAYER_IN_GGUF = inverted(IN_LAYER);

/** Parts that have a bias in some file of an architecture; of the others llama.cpp reads none. */
const BIASED: Readonly<Record<string, readonly string[]>> = {
  llama: ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"],
  qwen2: ["attn_q", "attn_k", "attn_v"],
  qwen3: ["attn_q", "attn_k", "attn_v"],
};

/** Returns true if llama.cpp reads a tensor of a known name in models of an architecture. */
export function isPartOf(architecture: string, name: string): boolean {
  const [, part = "", kind] = /^blk\.\d+\.(\w+)\.(weight|bias)$/.exec(name) ?? [];
  if (part.endsWith("q_norm") || part.endsWith("k_norm"))
    return architecture === "qwen3" && kind === "weight";
  return kind !== "bias" || (BIASED[architecture]?.includes(part) ?? false);
}

/** Returns the Hugging Face name of a GGUF tensor; null if it is not part of a supported model. */
export function huggingFaceName(name: string): string | null {
  const [, layer, part = "", kind] = /^blk\.(\d+)\.(\w+)\.(weight|bias)$/.exec(name) ?? [];
  const inLayer = IN_LAYER.get(part);
  return inLayer === undefined ? (WHOLE.get(name) ?? null) : `model.layers.${layer}.${inLayer}.${kind}`;
}

/** Returns the GGUF name of a Hugging Face tensor; null if it is not part of a supported model. */
export function ggufName(name: string): string | null {
  const [, layer, part = "", kind] = /^model\.layers\.(\d+)\.([\w.]+)\.(weight|bias)$/.exec(name) ?? [];
  const inLayer = IN_LAYER_IN_GGUF.get(part);
  return inLayer === undefined ? (WHOLE_IN_GGUF.get(name) ?? null) : `blk.${layer}.${inLayer}.${kind}`;
}

/** Returns the number of heads of a query or key projection; null for any other parameter. */
export function headsOf(huggingFace: string, heads: number, kvHeads: number): number | null {
  if (huggingFace.includes("q_proj")) return heads;
  return huggingFace.includes("k_proj") ? kvHeads : null;
}

function inverted(names: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...names].map(([gguf, huggingFace]) => [huggingFace, gguf]));
}
