"""Writes the test files of the GGUF reader, with the Python library `gguf` of llama.cpp.

    pip install gguf safetensors
    python tools/oracle/make_gguf_fixtures.py             (from the root of the repository)

src/formats/fixtures/blocks.gguf         one tensor [2, 256] of each packing. Bytes are random, to cover every bit of every
                                         field, except for float16 scales, which are finite.
src/formats/fixtures/blocks.safetensors  the same tensors as gguf's own `dequantize` reads them
src/formats/fixtures/tiny-*.gguf         the models of src/model/fixtures as llama.cpp's converter lays them out: under
                                         other names, and for Llama with the halves of q and k interleaved in each head
src/formats/fixtures/packed.gguf         the same numbers [2, 256] as F32, and as `quantize` of gguf and numpy round them to
                                         F16, BF16, Q8_0 and Q4_0: ties, subnormals, a block of zeros and one of tiny numbers
The committed files came from gguf 0.19.0 (printed below), safetensors 0.8.0.
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType as Type
from gguf import GGUFWriter, MODEL_ARCH, TokenType, get_tensor_name_map
from gguf.constants import GGML_QUANT_SIZES
from gguf.quants import dequantize, quantize
from safetensors.numpy import load_file, save_file

FIXTURES = Path("src/formats/fixtures")
ROWS, COLUMNS = 2, 256
# Offsets of the float16 scales in a block.
SCALES = {
    Type.Q8_0: (0,), Type.Q4_0: (0,), Type.Q4_1: (0, 2), Type.Q5_0: (0,), Type.Q5_1: (0, 2),
    Type.Q4_K: (0, 2), Type.Q5_K: (0, 2), Type.Q6_K: (208,),
}  # fmt: skip


def blocks():
    random = np.random.default_rng(7)
    writer = GGUFWriter(FIXTURES / "blocks.gguf", "llama")
    expected = {}
    for kind in (Type.F32, Type.F16, Type.BF16, *SCALES):
        weights, size = GGML_QUANT_SIZES[kind]
        if kind in SCALES:
            data = random.integers(0, 256, (ROWS, COLUMNS // weights, size), dtype=np.uint8)
            for at in SCALES[kind]:
                scale = random.normal(0, 0.1, data.shape[:2]).astype(np.float16)
                data[..., at : at + 2] = scale[..., None].view(np.uint8)
            data = data.reshape(ROWS, -1)
        else:
            numbers = random.normal(0, 1, (ROWS, COLUMNS)).astype(np.float32)
            if kind == Type.F32:
                data = numbers
            elif kind == Type.F16:
                data = numbers.astype(np.float16)
            else:
                data = (numbers.view(np.uint32) >> 16).astype(np.uint16).view(np.uint8)
        writer.add_tensor(kind.name, data, raw_dtype=kind)
        expected[kind.name] = dequantize(data, kind).reshape(ROWS, COLUMNS).astype(np.float32)
    finish(writer)
    save_file(expected, FIXTURES / "blocks.safetensors")


def packed():
    random = np.random.default_rng(11)
    numbers = random.normal(0, 0.1, (ROWS, COLUMNS)).astype(np.float32)
    numbers[0, 32:64] = 0
    numbers[0, 64:96] *= 1e-6  # subnormal as float16
    numbers[0, 96:128] *= 1e5
    numbers[1, :32] = np.arange(-16, 16) * 0.5 * 127 / 15.5 + 0.0  # halves of a block's unit
    numbers[1, 32] = 127
    numbers[1, 33:64] = np.arange(31) / 2 - 7.5  # scale 1: ties of Q8_0
    # Ties of float16 and of bfloat16, on either side of zero, rounded to even, down and up.
    bits = np.array([0x3F801000, 0x3F803000, 0xBF801000, 0xBF803000, 0x3F808000, 0x3F818000, 0x33000000, 0x33C00000])
    numbers[1, 64:72] = bits.astype(np.uint32).view(np.float32)
    numbers[1, 72] = 65504
    writer = GGUFWriter(FIXTURES / "packed.gguf", "llama")
    writer.add_tensor("F32", numbers)
    for kind in (Type.F16, Type.BF16, Type.Q8_0, Type.Q4_0):
        writer.add_tensor(kind.name, quantize(numbers, kind), raw_dtype=kind)
    finish(writer)


def interleaved(weights, heads):
    """As `LlamaModel.permute` of llama.cpp's convert_hf_to_gguf.py."""
    rows, *rest = weights.shape
    return weights.reshape(heads, 2, rows // heads // 2, *rest).swapaxes(1, 2).reshape(weights.shape)


def llama3_divisors(dimensions, base, scaling):
    """As `LlamaModel.generate_extra_tensors` of llama.cpp's converter, in float32 as there."""
    factor, original = scaling["factor"], scaling["original_max_position_embeddings"]
    low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
    divisors = []
    for frequency in 1.0 / base ** (np.arange(0, dimensions, 2, dtype=np.float32) / dimensions):
        turns = original / (2 * np.pi / frequency)
        smooth = (turns - low) / (high - low)
        divisors.append(1 if turns > high else factor if turns < low else 1 / ((1 - smooth) / factor + smooth))
    return np.array(divisors, dtype=np.float32)


def tiny(name, architecture):
    source = Path(f"src/model/fixtures/{name}")
    config = json.loads((source / "config.json").read_text())
    writer = GGUFWriter(FIXTURES / f"{name}.gguf", architecture)
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_rope_freq_base(config.get("rope_theta") or config["rope_parameters"]["rope_theta"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    if "head_dim" in config:
        writer.add_rope_dimension_count(config["head_dim"])
        writer.add_key_length(config["head_dim"])
        writer.add_value_length(config["head_dim"])
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    letters = [chr(33 + i) for i in range(config["vocab_size"] - 3)]
    writer.add_token_list(["<s>", "</s>", "<|im_end|>", *letters])
    writer.add_token_types([TokenType.CONTROL] * 3 + [TokenType.NORMAL] * len(letters))
    writer.add_token_merges(["1 2"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)
    writer.add_chat_template("{{ bos_token }}{{ messages[0]['content'] }}")
    if config.get("rope_scaling"):
        divisors = llama3_divisors(config["head_dim"], config["rope_theta"], config["rope_scaling"])
        writer.add_tensor("rope_freqs.weight", divisors)
    names = get_tensor_name_map(MODEL_ARCH[architecture.upper()], config["num_hidden_layers"])
    for name, weights in load_file(source / "model.safetensors").items():
        if architecture == "llama" and "q_proj" in name:
            weights = interleaved(weights, config["num_attention_heads"])
        if architecture == "llama" and "k_proj" in name:
            weights = interleaved(weights, config["num_key_value_heads"])
        writer.add_tensor(names.get_name(name, (".weight", ".bias")), np.ascontiguousarray(weights))
    finish(writer)


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


FIXTURES.mkdir(exist_ok=True)
blocks()
packed()
tiny("tiny-llama", "llama")
tiny("tiny-qwen2", "qwen2")
tiny("tiny-llama3", "llama")
tiny("tiny-mistral", "llama")
tiny("tiny-qwen3", "qwen3")
print("gguf", version("gguf"), "safetensors", version("safetensors"))
