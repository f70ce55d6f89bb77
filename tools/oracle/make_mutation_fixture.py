"""Writes what transformers computes from tiny model folders of which one thing is changed, to src/lab/fixtures/mutations.json.

    pip install torch transformers safetensors
    python tools/oracle/make_mutation_fixture.py          (from the root of the repository; CPU, a minute)

The folders are those of make_model_fixtures.py. A case is {"base", "mutation", "logprobs"}: `mutation` drops, renames, adds or
changes one tensor, or changes fields of config.json, as `apply` says; `logprobs` are of the tokens at POSITIONS of ROW in
float64, or null where transformers refuses the folder, starts a tensor at random or gives NaN. The committed file came from
torch 2.15.0 and transformers 5.24.0.
"""

import json
import random
import tempfile
import warnings
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, logging

FIXTURES = Path("src/model/fixtures")
OUT = Path("src/lab/fixtures/mutations.json")
BASES = ("tiny-llama", "tiny-qwen2", "tiny-mistral", "tiny-qwen3", "tiny-llama3")
COUNT = 240
ROW = [(7 * i * i + 3 * i + 5) % 89 for i in range(40)]
POSITIONS = [1, 2, 5, 9, 14, 20, 30, 39]

LAYER = "model.layers.1."
ADDED = (
    "lm_head.weight", "lm_head.bias", "model.norm.bias", "model.embed_positions.weight", "v_head.summary.weight",
    "model.layers.2.mlp.up_proj.weight", "model.layers.0.self_attn.rotary_emb.inv_freq", "model.rotary_emb.inv_freq",
    LAYER + "self_attn.q_proj.bias", LAYER + "self_attn.k_proj.bias", LAYER + "self_attn.o_proj.bias",
    LAYER + "mlp.up_proj.bias", LAYER + "mlp.down_proj.bias", LAYER + "input_layernorm.bias",
    LAYER + "self_attn.q_norm.weight", LAYER + "self_attn.sinks", LAYER + "pre_feedforward_layernorm.weight",
    LAYER + "self_attn.q_proj.lora_A.weight", LAYER + "self_attn.q_proj.weight_scale", LAYER + "mlp.up_proj.qweight",
    LAYER + "mlp.experts.0.up_proj.weight", "model.embed_tokens.weight_scale",
)  # fmt: skip
DTYPES = ("F64", "F16", "BF16", "I32", "F8_E4M3")
TORCH = {
    "F64": torch.float64, "F16": torch.float16, "BF16": torch.bfloat16, "I32": torch.int32, "F8_E4M3": torch.float8_e4m3fn,
}  # fmt: skip
SCALINGS = (
    {"rope_type": "linear", "factor": 2.0},
    {"rope_type": "dynamic", "factor": 2.0},
    {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16},
    {"type": "linear", "factor": 4.0},
    {"rope_type": "longrope", "factor": 2.0},
    {"rope_type": "default"},
    {"rope_type": "unknown", "factor": 2.0},
    {"factor": 2.0},
    {},
    {"rope_type": "linear", "factor": 2.0, "partial_rotary_factor": 0.5},
    {"rope_type": "linear", "factor": 2.0, "attention_factor": 3.0, "rope_theta": 70.0},
    {"full_attention": {"rope_type": "default", "rope_theta": 70.0}},
    {"rope_type": "llama3", "factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 32},
)  # fmt: skip
VALUES = {
    "attention_bias": (True, None), "mlp_bias": (True,), "hidden_act": ("gelu", "swish", "relu", "gelu_pytorch_tanh", None),
    "hidden_size": (16, None), "intermediate_size": (32, None), "num_hidden_layers": (1, 3, None), "head_dim": (4, 16, 7, None),
    "num_attention_heads": (2, 8), "num_key_value_heads": (1, 4, 3, None), "vocab_size": (96, 200, None),
    "rms_norm_eps": (1e-3, 1e-1, -1.0, 0.0, "1e-5", None), "max_position_embeddings": (16, None), "rope_theta": (100.0, 500.0, None),
    "rope_scaling": (*SCALINGS, None), "rope_parameters": tuple({"rope_theta": 300.0, **one} for one in SCALINGS),
    "partial_rotary_factor": (0.5,), "sliding_window": (8, None), "use_sliding_window": (True,), "max_window_layers": (1, 0),
    "layer_types": (["full_attention", "sliding_attention"], ["sliding_attention"] * 2, ["full_attention"] * 2, None),
    "tie_word_embeddings": (True, False, None), "quantization_config": ({"quant_method": "gptq", "bits": 4},),
    "model_type": ("qwen2", "llama", "mistral", "qwen3", "gpt2", "qwen2_moe", "olmo2", "granite", "gemma3_text", None),
    "architectures": (["LlamaForSequenceClassification"], ["GPT2LMHeadModel"], None), "dtype": ("bfloat16", None),
    "eos_token_id": ([1, 2], None), "bos_token_id": (5,), "attention_dropout": (0.5,), "pretraining_tp": (2,),
    "final_logit_softcapping": (5.0,), "attn_logit_softcapping": (5.0,), "query_pre_attn_scalar": (4.0,),
    "attention_multiplier": (0.1,), "logits_scaling": (4.0,), "residual_multiplier": (0.5,), "embedding_multiplier": (3.0,),
    "no_rope_layers": ([1, 0],), "no_rope_layer_interval": (2,), "use_qk_norm": (True,), "num_experts": (4,),
    "clip_qkv": (0.1,), "attention_chunk_size": (8,), "is_decoder": (True,), "unknown_field": (7,), "use_cache": (False,),
    "original_max_position_embeddings": (16,), "head_dim ": (16,), "num_attention_heads ": (2,), "layers": (1,),
    "num_local_experts": (2,), "scale_attn_weights": (False,), "use_bidirectional_attention": (True,), "torch_dtype": ("float16",),
}  # fmt: skip
ODD = ("4", 0, -1, 1.5, True, [], {})  # of fields that enter the computation
COMPUTED = {
    "attention_bias", "mlp_bias", "hidden_act", "hidden_size", "intermediate_size", "num_hidden_layers", "head_dim",
    "num_attention_heads", "num_key_value_heads", "vocab_size", "max_position_embeddings", "rope_theta",
    "rope_scaling", "rope_parameters", "sliding_window", "use_sliding_window", "layer_types", "tie_word_embeddings",
}  # fmt: skip


def a_mutation(draw, config, names):
    """Draws a mutation of a folder with this config.json and these tensors."""
    kind = draw.choice(["drop", "rename", "swap", "add", "add", "scale", "cast", "cut", *["field"] * 4, "odd", "without"])
    name = draw.choice(names)
    if kind == "rename":
        names = [name + "_", "model." + name, name.replace("weight", "gamma")]
        return {"kind": kind, "name": name, "to": draw.choice(names)}
    if kind == "swap":
        return {"kind": kind, "name": name, "to": draw.choice(names)}
    if kind == "add":
        return {"kind": kind, "name": draw.choice(ADDED), "like": draw.choice(names)}
    if kind == "cast":
        return {"kind": kind, "name": name, "dtype": draw.choice(DTYPES)}
    if kind == "field":
        field = draw.choice(list(VALUES))
        return {"kind": kind, "field": field, "value": draw.choice(VALUES[field])}
    if kind == "odd":
        return {"kind": "field", "field": draw.choice([name for name in config if name in COMPUTED]), "value": draw.choice(ODD)}
    if kind == "without":
        return {"kind": kind, "field": draw.choice(list(config))}
    return {"kind": kind, "name": name}


def apply(mutation, config, weights):
    """Changes config.json and tensors in place; tensors that are added are made of the values of another."""
    kind, name = mutation["kind"], mutation.get("name")
    if kind == "drop":
        del weights[name]
    elif kind == "rename":
        weights[mutation["to"]] = weights.pop(name)
    elif kind == "swap":
        weights[name], weights[mutation["to"]] = weights[mutation["to"]], weights[name]
    elif kind == "add":
        weights[name] = weights[mutation["like"]] * 0.5
    elif kind == "scale":
        weights[name] = weights[name] * 1.5
    elif kind == "cut":
        weights[name] = weights[name][:-1]
    elif kind == "cast":
        weights[name] = weights[name].to(TORCH[mutation["dtype"]])
    elif kind == "field":
        config[mutation["field"]] = mutation["value"]
    elif kind == "without":
        del config[mutation["field"]]


def outcome(folder):
    """Returns the logprobs at POSITIONS, or None."""
    try:
        model, info = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float64, output_loading_info=True)
        if info["missing_keys"] or info["mismatched_keys"]:
            return None
        with torch.no_grad():
            logits = model.eval()(torch.tensor([ROW])).logits[0]
        logprobs = logits.double().log_softmax(-1)
        found = [logprobs[at - 1, ROW[at]].item() for at in POSITIONS]
        return None if any(value != value for value in found) else [round(value, 6) for value in found]
    except Exception:
        return None


def main():
    warnings.simplefilter("ignore")
    logging.set_verbosity(logging.CRITICAL)
    draw, cases = random.Random(15), {}
    while len(cases) < COUNT:
        base = draw.choice(BASES)
        config = json.loads((FIXTURES / base / "config.json").read_text())
        weights = load_file(FIXTURES / base / "model.safetensors")
        mutation = a_mutation(draw, config, sorted(weights))
        key = json.dumps([base, mutation])
        if key in cases:
            continue
        apply(mutation, config, weights)
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "config.json").write_text(json.dumps(config))
            own = {name: one.contiguous().clone() for name, one in weights.items()}
            save_file(own, Path(folder, "model.safetensors"), {"format": "pt"})
            cases[key] = {"base": base, "mutation": mutation, "logprobs": outcome(folder)}
    lines = ",\n".join("  " + json.dumps(case) for case in cases.values())
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(f'{{\n"row": {json.dumps(ROW)},\n"positions": {json.dumps(POSITIONS)},\n"cases": [\n{lines}\n]\n}}\n')


main()
