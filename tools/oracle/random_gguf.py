"""Random GGUF files for random_models.py, and what llama.cpp computes from them."""

import json
import subprocess

import numpy as np
from gguf import GGUFWriter, GGMLQuantizationType as Type, MODEL_ARCH, RopeScalingType, TokenType, get_tensor_name_map
from gguf.constants import GGML_QUANT_SIZES
from gguf.quants import dequantize, quantize

# make_gguf_mutations.mjs, which runs llama.cpp, scores this row.
ROW = [3, 7, 11, 5, 9, 4, 40, 21, 33, 3, 8, 60]
FLOATS = (Type.F32, Type.F16, Type.BF16)
ROUNDED = (Type.Q8_0, Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1)
# Offsets of the float16 scales in blocks that gguf cannot write: their other bytes are random.
DRAWN = {Type.Q4_K: (0, 2), Type.Q5_K: (0, 2), Type.Q6_K: (208,)}


def interleaved(weights, heads):
    """As `LlamaModel.permute` of llama.cpp's convert_hf_to_gguf.py."""
    rows, *rest = weights.shape
    return weights.reshape(heads, 2, rows // heads // 2, *rest).swapaxes(1, 2).reshape(weights.shape)


def stored(draw, weights):
    """Returns a matrix in a random type that its rows allow: data, type and the numbers that it stands for."""
    rows, columns = weights.shape
    kinds = [*FLOATS, *(ROUNDED if columns % 32 == 0 else ()), *(2 * tuple(DRAWN) if columns % 256 == 0 else ())]
    kind = draw.choice(kinds)
    if kind not in DRAWN:
        data = quantize(weights, kind)
        return data, kind, dequantize(data, kind).reshape(weights.shape)
    count, size = GGML_QUANT_SIZES[kind]
    data = np.random.default_rng(draw.getrandbits(32)).integers(0, 256, (rows, columns // count, size), dtype=np.uint8)

    def read(scale):
        for at in DRAWN[kind]:  # a minimum of a third keeps the numbers around zero
            half = np.float16(scale if at == DRAWN[kind][0] else scale * 7)
            data[..., at : at + 2] = np.frombuffer(half.tobytes(), np.uint8)
        return dequantize(data.reshape(rows, -1), kind).reshape(weights.shape)

    numbers = read(weights.std() / read(1.0).std())
    return data.reshape(rows, -1), kind, numbers


def metadata(draw, writer, config):
    """Writes the metadata of a model; keys with a default are left out at random."""
    name, head = writer.arch, config["head_dim"]
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    if config["num_key_value_heads"] != config["num_attention_heads"] or draw.random() < 0.5:
        writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    if draw.random() < 0.8:
        writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
    if config["hidden_size"] != head * config["num_attention_heads"] or draw.random() < 0.5:
        writer.add_key_length(head)
        writer.add_value_length(head)
    if draw.random() < 0.5:
        writer.add_rope_dimension_count(head)
    if draw.random() < 0.5:
        writer.add_vocab_size(config["vocab_size"])
    rope = draw.choice(["none", "none", "linear", "yarn", "old"])
    if rope in ("linear", "yarn"):
        writer.add_rope_scaling_type(RopeScalingType(rope))
        writer.add_rope_scaling_factor(draw.choice([2.0, 4.0]))
    if rope == "yarn":
        writer.add_rope_scaling_orig_ctx_len(16)
    if rope == "old":
        writer.add_float32(f"{name}.rope.scale_linear", 2.0)
    return rope


def tokenizer(writer, size):
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    spans = ((33, 127), (161, 173), (174, 324))  # the letters that stand for bytes
    letters = [chr(at) for start, end in spans for at in range(start, end)]
    letters += ["a" + letter for letter in letters]
    writer.add_token_list(["<s>", "</s>", "<|im_end|>", *letters[: size - 3]])
    writer.add_token_types([TokenType.CONTROL] * 3 + [TokenType.NORMAL] * (size - 3))
    writer.add_token_merges(["1 2"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)


def write_gguf(draw, config, weights, place):
    """Writes a file of random types, and its twin `<place>.f32` of the same numbers in F32; returns the case."""
    kind, seed = config["model_type"], draw.getrandbits(32)
    names = get_tensor_name_map(MODEL_ARCH[kind.upper()], config["num_hidden_layers"])
    heads = {"q_proj": config["num_attention_heads"], "k_proj": config["num_key_value_heads"]}
    writers, kinds = [GGUFWriter(place, kind), GGUFWriter(f"{place}.f32", kind)], set()
    for writer in writers:
        same = type(draw)(seed)
        what = metadata(same, writer, config)
        tokenizer(writer, config["vocab_size"])
    for name, tensor in weights.items():
        array = tensor.numpy().astype(np.float32)
        for part, count in heads.items():
            if kind == "llama" and f"{part}." in name:
                array = interleaved(array, count)
        array = np.ascontiguousarray(array)
        data, type_, numbers = stored(draw, array) if array.ndim == 2 else (array, Type.F32, array)
        own = names.get_name(name, (".weight", ".bias"))
        writers[0].add_tensor(own, data, raw_dtype=type_)
        writers[1].add_tensor(own, np.ascontiguousarray(numbers, dtype=np.float32))
        kinds.add(type_.name)
    for writer in writers:
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
    return {"architecture": f"{kind}.gguf", "place": str(place), "rows": [ROW], "what": f"{what} {' '.join(sorted(kinds))}", "expected": None}


def llama_cpp(cases):
    """Adds llama.cpp's logprobs to the cases. It reads the twins: from other types it computes with rounded activations."""
    left = list(cases)
    while left:
        paths = [f"{case['place']}.f32" for case in left]
        run = subprocess.run(["npx", "tsx", "tools/oracle/make_gguf_mutations.mjs", *paths], stdout=subprocess.PIPE, text=True)
        outcomes = [json.loads(line) for line in run.stdout.splitlines() if line[:1] in "{n"]
        for case, outcome in zip(left, outcomes):
            case["expected"] = outcome and {"logprobs": [outcome["logprobs"]]}
            case["what"] += "" if outcome else " llama.cpp: refuses"
        left = left[len(outcomes) + 1 :] if run.returncode else []  # some files end the process
