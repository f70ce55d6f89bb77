"""Writes rotary frequencies [headDim/2] and multipliers of cosines and sines that transformers computes for settings in config.json.

    pip install torch transformers
    python tools/oracle/make_rotary_fixture.py            (from the root of the repository)

Writes src/model/fixtures/rotary.json. The committed file came from torch 2.15.0 and transformers 5.24.0 (float32).
"""

import json
from pathlib import Path

from transformers import LlamaConfig
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 128}
SETTINGS = [
    {"rope_scaling": YARN},
    {"rope_scaling": {**YARN, "factor": 40.0, "mscale": 1.0, "mscale_all_dim": 0.7}},
    {"rope_scaling": {**YARN, "attention_factor": 0.8, "beta_fast": 16, "beta_slow": 2}},
    {"rope_scaling": {**YARN, "truncate": False}, "rope_theta": 1000.0},
    {"rope_scaling": {"type": "yarn", "factor": 2.0}, "rope_theta": 500000.0},
    {"rope_parameters": {**YARN, "rope_theta": 70.0}, "original_max_position_embeddings": 256},
    {"rope_scaling": {"rope_type": "yarn", "factor": 1.0, "original_max_position_embeddings": 512}},
    {"rope_scaling": {"rope_type": "dynamic", "factor": 4.0}},
    {"rope_scaling": {"rope_type": "linear", "factor": 4.0}},
    {"rope_scaling": {
        "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 128,
    }},
]  # fmt: skip
SHAPE = {
    "model_type": "llama", "hidden_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8,
    "vocab_size": 16, "max_position_embeddings": 512,
}  # fmt: skip


def case(settings):
    rotary = LlamaRotaryEmbedding(LlamaConfig(**SHAPE, **json.loads(json.dumps(settings))))
    return {
        "config": {**SHAPE, **settings},
        "frequencies": rotary.inv_freq.tolist(),
        "magnitude": float(rotary.attention_scaling),
    }


path = Path("src/model/fixtures/rotary.json")
path.write_text(json.dumps([case(settings) for settings in SETTINGS], indent=1) + "\n")
