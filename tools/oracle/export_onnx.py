"""Writes a Llama folder as the ONNX model that transformers.js runs, for the benchmark.

    pip install onnx numpy safetensors
    python tools/oracle/export_onnx.py public/models/abacus-0.2M bench/onnx/abacus-0.2M

The graph is the one published for ONNX Runtime Web: fused RMSNorm, and grouped-query attention with rotary embedding
and cache in one operator, in float32.
"""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

MICROSOFT = "com.microsoft"


class Graph:
    """Collects nodes and weights; each method returns the name of its output."""

    def __init__(self, weights):
        self.weights = weights
        self.nodes = []
        self.constants = {}

    def constant(self, name, values):
        self.constants[name] = np.ascontiguousarray(values)
        return name

    def node(self, kind, inputs, outputs, domain="", **attributes):
        self.nodes.append(helper.make_node(kind, inputs, outputs, outputs[0], domain=domain, **attributes))
        return outputs[0]

    def matrix(self, x, name, out):
        weight = self.constant(f"{name}.transposed", self.weights[f"{name}.weight"].T)
        return self.node("MatMul", [x, weight], [out])

    def norm(self, x, name, epsilon, out):
        weight = self.constant(f"{name}.weight", self.weights[f"{name}.weight"])
        return self.node("SimplifiedLayerNormalization", [x, weight], [out], axis=-1, epsilon=epsilon, stash_type=1)


def rotary(config, head_dim):
    """Returns cosines and sines [positions, head_dim / 2]."""
    theta = config.get("rope_theta", 10000.0)
    frequencies = theta ** (-np.arange(0, head_dim, 2) / head_dim)
    angles = np.outer(np.arange(config["max_position_embeddings"]), frequencies)
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)


def layer(graph, config, i, x):
    """Adds a decoder layer; returns its output."""
    name, epsilon = f"model.layers.{i}", config["rms_norm_eps"]
    normed = graph.norm(x, f"{name}.input_layernorm", epsilon, f"{name}.normed")
    q, k, v = (
        graph.matrix(normed, f"{name}.self_attn.{part}_proj", f"{name}.{part}") for part in ("q", "k", "v")
    )
    heads = config["num_attention_heads"]
    past, present = (f"{kind}.{i}" for kind in ("past_key_values", "present"))
    attended = graph.node(
        "GroupQueryAttention",
        [q, k, v, f"{past}.key", f"{past}.value", "before_last", "total_length", "cos", "sin"],
        [f"{name}.context", f"{present}.key", f"{present}.value"],
        MICROSOFT,
        num_heads=heads,
        kv_num_heads=config.get("num_key_value_heads", heads),
        do_rotary=1,
    )
    x = graph.node("Add", [x, graph.matrix(attended, f"{name}.self_attn.o_proj", f"{name}.attention")], [f"{name}.middle"])
    normed = graph.norm(x, f"{name}.post_attention_layernorm", epsilon, f"{name}.mlp_normed")
    gate = graph.matrix(normed, f"{name}.mlp.gate_proj", f"{name}.gate")
    sigmoid = graph.node("Sigmoid", [gate], [f"{name}.sigmoid"])
    silu = graph.node("Mul", [gate, sigmoid], [f"{name}.silu"])
    hidden = graph.node("Mul", [silu, graph.matrix(normed, f"{name}.mlp.up_proj", f"{name}.up")], [f"{name}.hidden"])
    return graph.node("Add", [x, graph.matrix(hidden, f"{name}.mlp.down_proj", f"{name}.mlp")], [f"{name}.output"])


def lengths(graph):
    """Returns the attention operator's mask inputs: the index of each row's last token, and the total length."""
    one = graph.constant("one", np.array([1], np.int64))
    total = graph.node("ReduceSum", ["attention_mask", one], ["row_lengths"], keepdims=0)
    graph.node("Cast", [graph.node("Sub", [total, one], ["row_ends"])], ["before_last"], to=TensorProto.INT32)
    shape = graph.node("Shape", ["attention_mask"], ["mask_shape"])
    index = graph.constant("index", np.array(1, np.int64))
    graph.node("Cast", [graph.node("Gather", [shape, index], ["length"])], ["total_length"], to=TensorProto.INT32)


def build(config, weights):
    heads = config["num_attention_heads"]
    kv_heads = config.get("num_key_value_heads", heads)
    head_dim = config.get("head_dim") or config["hidden_size"] // heads
    graph = Graph(weights)
    for name, values in zip(("cos", "sin"), rotary(config, head_dim)):
        graph.constant(name, values)
    lengths(graph)
    embedding = graph.constant("embedding", weights["model.embed_tokens.weight"])
    x = graph.node("Gather", [embedding, "input_ids"], ["embedded"])
    for i in range(config["num_hidden_layers"]):
        x = layer(graph, config, i, x)
    x = graph.norm(x, "model.norm", config["rms_norm_eps"], "final")
    head = weights["model.embed_tokens.weight" if config.get("tie_word_embeddings") else "lm_head.weight"]
    graph.node("MatMul", [x, graph.constant("head", head.T)], ["logits"])

    def value(name, shape, kind=TensorProto.FLOAT):
        return helper.make_tensor_value_info(name, kind, shape)

    def caches(kind, length):
        return [
            value(f"{kind}.{i}.{part}", ["batch_size", kv_heads, length, head_dim])
            for i in range(config["num_hidden_layers"])
            for part in ("key", "value")
        ]

    # transformers.js derives the shape of an empty cache from these dimension names.
    ids = [
        value("input_ids", ["batch_size", "sequence_length"], TensorProto.INT64),
        value("attention_mask", ["batch_size", "total_sequence_length"], TensorProto.INT64),
    ]
    outputs = [value("logits", ["batch_size", "sequence_length", config["vocab_size"]])]
    constants = [numpy_helper.from_array(values, name) for name, values in graph.constants.items()]
    body = helper.make_graph(
        graph.nodes, "decoder", ids + caches("past_key_values", "past_sequence_length"), outputs + caches("present", "total_sequence_length"), constants
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(body, opset_imports=opsets, ir_version=9)


def main(source, target):
    config = json.loads((source / "config.json").read_text())
    if config["model_type"] != "llama":
        sys.exit(f"{source} is a {config['model_type']} model; this script writes Llama models")
    (target / "onnx").mkdir(parents=True, exist_ok=True)
    onnx.save(build(config, load_file(source / "model.safetensors")), target / "onnx" / "model.onnx")
    for name in ("config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(source / name, target / name)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
