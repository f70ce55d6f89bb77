"""Compares random tiny checkpoints on every path of the lab with transformers, and GGUF files with llama.cpp.

    pip install torch transformers safetensors gguf; npm install --no-save node-llama-cpp@3.22.1
    python tools/oracle/random_models.py [--seed 1] [--count 60] [--paths cpu,wasm,webgpu,webgpu-operations] [--keep folder]

Two of three checkpoints are Hugging Face folders of a random architecture, shape, options, data types, shards and spelling of
config.json, with transformers' results in float64; the others are GGUF files (random_gguf.py). random_models.ts opens them as
a user does and, on each path, scores texts (the forward pass of training), samples greedily (prefill and cached decoding) and
makes one update, whose gradient norm is compared with autograd's. A case is
  equal      all numbers within TOLERANCE on all paths
  refused    by an error of the lab, printed below the table
  lenient    computed where the reference refuses the file
  DIFFERENT  anything else: other numbers, or an error that is not one of the lab's
Exits 1 if any case is lenient or different.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import warnings
from collections import Counter, defaultdict
from pathlib import Path

import torch
from random_gguf import llama_cpp, write_gguf
from random_table import print_table
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM, logging

# Logits spread over tens of units. float32 carries 6e-8 of each, through sums of up to 256 terms in another order, and WGSL's exp
# and inverseSqrt a few units more: 19 models of others were within 4e-5. A wrong option is seldom below 1e-2.
TOLERANCE = {"scored": 2e-4, "sampled": 2e-4, "trained": 2e-4, "gradient": 2e-4}  # nats; of the gradient's norm
ARCHITECTURES = ("llama", "mistral", "qwen2", "qwen3", "smollm3", "granite", "phi3", "olmo2", "gemma3_text")
DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "F64": torch.float64}
REFUSALS = ("ModelConfigError", "ModelFolderError", "SafetensorsError", "WeightsError", "TokenizerError", "GgufError", "LabError")
CLOSE = 1e-3  # nats between the two best tokens, below which rounding may choose
PROMPT, STEPS = 6, 8
TEMPLATE = "{% for message in messages %}{{ message['content'] }}{% endfor %}"


def scaling(draw, positions):
    """Draws a rotary scaling, most often none."""
    kind = draw.choice(["default", "default", "linear", "llama3", "yarn", "dynamic"])
    rope = {"rope_type": kind}
    if kind != "default":
        rope["factor"] = draw.choice([2.0, 3.5, 8.0])
    if kind == "llama3":
        rope |= {"low_freq_factor": 1.0, "high_freq_factor": draw.choice([4.0, 6.5]), "original_max_position_embeddings": draw.choice([16, 40, 64])}
    if kind == "yarn":
        rope["original_max_position_embeddings"] = draw.choice([16, 24, positions])
        rope |= {name: value for name, value in [("beta_fast", 16.0), ("beta_slow", 2.0), ("attention_factor", 1.3), ("truncate", False), ("mscale", 0.7)] if draw.random() < 0.2}
    return rope


def a_config(draw, kind, multiple=1):
    """Draws a config.json as transformers 5 writes it; sizes of rows are multiples of `multiple`."""
    kv = draw.choice([1, 2, 3] if multiple == 1 else [1, 2])
    heads = kv * draw.choice([1, 2, 3] if multiple == 1 else [1, 2])
    head = draw.choice([4, 6, 8, 10, 12, 14, 16, 18, 20]) if multiple == 1 else multiple // heads
    width = heads * draw.choice([5, 8, 9, 12]) if multiple == 1 else multiple * draw.choice([1, 2] if multiple < 256 else [1])
    if draw.random() < 0.3:
        width = head * heads
    elif draw.random() < 0.05:
        width += 1
    positions = draw.choice([48, 64, 100])
    layers = draw.choice([2, 3]) if kind not in ("smollm3", "gemma3_text") else draw.choice([2, 4, 5])
    config = {
        "model_type": kind, "hidden_size": width, "num_hidden_layers": layers, "num_attention_heads": heads,
        "num_key_value_heads": kv, "head_dim": head, "vocab_size": draw.randint(61, 299), "max_position_embeddings": positions,
        "intermediate_size": multiple if multiple > 1 else draw.choice([20, 33, 48, 50]),
        "rms_norm_eps": draw.choice([1e-6, 1e-5, 1e-3, 1e-1]), "tie_word_embeddings": draw.random() < 0.5,
        "rope_parameters": {"rope_theta": draw.choice([100.0, 10000.0, 500000.0, 1e6]), **scaling(draw, positions)},
        "bos_token_id": None, "eos_token_id": None, "pad_token_id": None, "dtype": "float32",
        "architectures": [AutoModelForCausalLM._model_mapping[type(AutoConfig.for_model(kind))].__name__],
    }  # fmt: skip
    return config | own_options(draw, kind, layers)


def own_options(draw, kind, layers):
    """Draws the fields of one architecture."""
    flag = lambda: draw.random() < 0.5  # noqa: E731
    window = draw.choice([None, 8, 20, 4096])
    if kind in ("llama", "granite", "smollm3"):
        options = {"attention_bias": flag(), "mlp_bias": flag()}
    elif kind in ("qwen3", "olmo2", "gemma3_text"):
        options = {"attention_bias": flag()}
    elif kind == "mistral":
        options = {"sliding_window": window}
    else:
        options = {}
    if kind in ("qwen2", "qwen3"):
        sliding = {"use_sliding_window": True, "sliding_window": 16, "max_window_layers": draw.choice([0, 1, 99])}
        options |= sliding if draw.random() < 0.2 else {"use_sliding_window": False, "sliding_window": window}
    if kind == "smollm3":
        options |= draw.choice([{}, {"no_rope_layers": [draw.randint(0, 1) for _ in range(layers)]}, {"no_rope_layer_interval": 2}])
    if kind == "granite":
        multipliers = {"attention_multiplier": (0.1, 0.4), "embedding_multiplier": (1.0, 3.0), "residual_multiplier": (0.3, 1.0), "logits_scaling": (0.5, 2.0)}
        options |= {name: round(draw.uniform(*span), 3) for name, span in multipliers.items() if draw.random() < 0.8}
    if kind == "phi3":
        options |= {"sliding_window": window, "partial_rotary_factor": draw.choice([0.5, 1.0, 1.0])}
    if kind == "gemma3_text":
        caps = {name: draw.choice([None, 3.0, 20.0]) for name in ("attn_logit_softcapping", "final_logit_softcapping")}
        options |= {"sliding_window": draw.choice([8, 4096]), "query_pre_attn_scalar": draw.choice([4, 9, 24]), "sliding_window_pattern": draw.choice([2, 3])} | caps
    if kind == "gemma3_text":
        rope = {"rope_type": "default", "rope_theta": 100.0}
        options["rope_parameters"] = {"sliding_attention": rope, "full_attention": {"rope_theta": 5000.0, **draw.choice([{"rope_type": "default"}, {"rope_type": "linear", "factor": 4.0}])}}
    elif "partial_rotary_factor" in options:
        options["rope_parameters"] = {"rope_type": "default", "rope_theta": 1000.0, "partial_rotary_factor": options.pop("partial_rotary_factor")}
    return options


def respell(draw, config):
    """Writes a config.json in other words that transformers reads: older names, absent and null fields, unknown ones."""
    config = dict(config)
    rope = config["rope_parameters"]
    if draw.random() < 0.5 and "rope_theta" in rope:
        rope = dict(config.pop("rope_parameters"))
        config["rope_theta"] = rope.pop("rope_theta")
        if "partial_rotary_factor" in rope:
            config["partial_rotary_factor"] = rope.pop("partial_rotary_factor")
        if rope["rope_type"] != "default" or draw.random() < 0.2:
            kind = rope.pop("rope_type")
            config["rope_scaling"] = {draw.choice(["type", "rope_type"]): kind, **rope}
        elif draw.random() < 0.5:
            config["rope_scaling"] = None
        config["torch_dtype"] = config.pop("dtype")
    odd = ["num_key_value_heads", "rms_norm_eps", "head_dim", "rope_theta", "tie_word_embeddings", "attention_bias", "mlp_bias", "sliding_window", "intermediate_size", "max_position_embeddings"]
    if draw.random() < 0.35:
        name = draw.choice(odd)
        if draw.random() < 0.5:
            config.pop(name, None)
        elif name in config:
            config[name] = None
    if draw.random() < 0.3:
        field = "hidden_activation" if config["model_type"] == "gemma3_text" else "hidden_act"
        config[field] = draw.choice(["silu", "silu", "swish", "gelu", "gelu_pytorch_tanh", None])
    if draw.random() < 0.3:
        config |= {"transformers_version": "4.40.1", "use_cache": True, "attention_dropout": 0.0, "pretraining_tp": 1, "initializer_range": 0.02}
    return config


@torch.no_grad()
def random_weights(config, generator):
    """Returns tensors by name, large enough that logits spread over tens of units and every part of the model matters."""
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").float()
    tied = model.lm_head.weight is model.model.embed_tokens.weight
    weights = {}
    for name, parameter in model.state_dict().items():
        if name == "lm_head.weight" and tied:
            continue
        noise = torch.randn(parameter.shape, generator=generator)
        if "norm" in name and name.endswith("weight"):
            weights[name] = (0.0 if config.model_type.startswith("gemma") else 1.0) + 0.3 * noise
        elif name.endswith("bias"):
            weights[name] = 0.4 * noise
        elif "embed" in name or "lm_head" in name:
            weights[name] = 0.6 * noise
        else:
            weights[name] = 1.2 / parameter.shape[1] ** 0.5 * noise
    return weights


def write_weights(draw, folder, weights):
    """Writes safetensors of random types, whole or in parts."""
    kind = draw.choice([*DTYPES, "mixed"])
    stored = {name: one.to(DTYPES[kind if kind != "mixed" else draw.choice(list(DTYPES))]) for name, one in weights.items()}
    count = draw.choice([1, 1, 2, 3])
    parts = [{} for _ in range(count)]
    for name in draw.sample(list(stored), len(stored)):
        parts[draw.randrange(count)][name] = stored[name].contiguous()
    parts = [part for part in parts if part]
    names = [f"model-{i + 1:05}-of-{len(parts):05}.safetensors" for i in range(len(parts))] if len(parts) > 1 else ["model.safetensors"]
    for name, part in zip(names, parts):
        save_file(part, folder / name, draw.choice([None, {"format": "pt"}]))
    if len(parts) > 1:
        where = {tensor: name for name, part in zip(names, parts) for tensor in part}
        index = {"metadata": {"total_size": sum(one.numel() * one.element_size() for one in stored.values())}, "weight_map": where}
        (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    return f"{kind} in {len(parts)}"


def write_tokenizer(folder, size):
    """A letter for each id, so that a text gives any row of ids; no template text, no special tokens."""
    vocabulary = {chr(0x4E00 + i): i for i in range(size)}
    bpe = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False, "vocab": vocabulary, "merges": []}
    none = {name: None for name in ("truncation", "padding", "normalizer", "pre_tokenizer", "post_processor", "decoder")}
    (folder / "tokenizer.json").write_text(json.dumps({"version": "1.0", **none, "added_tokens": [], "model": bpe}))
    (folder / "tokenizer_config.json").write_text(json.dumps({"chat_template": TEMPLATE, "tokenizer_class": "PreTrainedTokenizerFast"}))


def expected(folder, rows):
    """Returns transformers' numbers in float64: logprobs of the rows, a greedy response and the gradient norm of its likelihood."""
    model, info = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float64, output_loading_info=True, attn_implementation="eager")
    if info["missing_keys"] or info["mismatched_keys"]:
        raise ValueError(f"tensors that are missing or of another shape: {sorted(map(str, [*info['missing_keys'], *info['mismatched_keys']]))}")
    model.eval()
    scores = lambda row: model(torch.tensor([row]), use_cache=False).logits[0].double().log_softmax(-1)  # noqa: E731
    with torch.no_grad():
        logprobs = [scores(row)[:-1].gather(1, torch.tensor(row[1:])[:, None])[:, 0].tolist() for row in rows]
        row, tokens = rows[1][:PROMPT], []
        for _ in range(STEPS):
            best = scores(row + tokens)[-1].topk(2)
            if best.values[0] - best.values[1] < CLOSE:
                break
            tokens.append(best.indices[0].item())
    greedy = {"prompt": row, "tokens": tokens}
    if tokens:
        chosen = scores(row + tokens)[PROMPT - 1 : -1].gather(1, torch.tensor(tokens)[:, None])[:, 0]
        (-chosen.mean()).backward()
        norms = [one.grad.norm() for one in model.parameters() if one.grad is not None]
        greedy |= {"logprobs": chosen.tolist(), "gradient": torch.stack(norms).norm().item()}
    if any(value != value for row in logprobs for value in row):
        raise ValueError("logits are NaN")
    return {"logprobs": logprobs, "greedy": greedy}


def folder_case(draw, generator, place):
    kind = draw.choice(ARCHITECTURES)
    config = respell(draw, a_config(draw, kind))
    case = {"architecture": kind, "place": str(place), "rows": [], "what": "", "expected": None}
    place.mkdir()
    (place / "config.json").write_text(json.dumps(config, indent=1))
    write_tokenizer(place, config["vocab_size"])
    case["rows"] = [[draw.randrange(config["vocab_size"]) for _ in range(length)] for length in (3, 17, 40)]
    try:
        weights = random_weights(AutoConfig.from_pretrained(place), generator)
        if draw.random() < 0.15:  # a head of its own, whatever the configuration says
            weights["lm_head.weight"] = 0.6 * torch.randn(weights["model.embed_tokens.weight"].shape, generator=generator)
        case["what"] = write_weights(draw, place, weights)
        case["expected"] = expected(place, case["rows"])
    except Exception as error:  # transformers refuses with errors of any class
        case["what"] += f" transformers: {type(error).__name__}: {str(error).splitlines()[0][:100]}"
        if not list(place.glob("*.safetensors")):
            write_weights(draw, place, {"model.embed_tokens.weight": torch.zeros(config["vocab_size"], config["hidden_size"])})
    return case


def gguf_case(draw, generator, place):
    kind = draw.choice(("llama", "qwen2", "qwen3"))
    config = a_config(draw, kind, multiple=draw.choice([1, 32, 32, 256]))
    config["hidden_size"] -= config["hidden_size"] % config["num_attention_heads"]
    weights = random_weights(AutoConfig.for_model(**config), generator)
    return write_gguf(draw, config, weights, place)


def found(paths, cases, folder):
    """Returns what the lab computes: by path, a list in the order of the cases."""
    (folder / "cases.json").write_text(json.dumps(cases))
    results = {}
    for path in paths:
        run = subprocess.run(["npx", "tsx", "tools/oracle/random_models.ts", path, str(folder / "cases.json")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        results[path] = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
        if len(results[path]) != len(cases):
            sys.exit(f"{path} ended after {len(results[path])} cases: {run.stderr[-2000:]}")
    return results


def gaps(case, result):
    """Returns the largest differences by kind; infinite where numbers or tokens are missing."""
    reference, most = case["expected"], lambda ours, theirs: max([abs(a - b) for a, b in zip(ours, theirs, strict=True)], default=0.0)
    gap = {"scored": max(most(ours, theirs[: len(ours)]) for ours, theirs in zip(result["scored"], reference["logprobs"]))}
    greedy = reference.get("greedy") or {}
    if greedy.get("tokens") and "tokens" in result:  # a context may be too short to sample
        same = result["tokens"] == greedy["tokens"]
        gap["sampled"] = most(result["sampled"], greedy["logprobs"]) if same else float("inf")
        gap["trained"] = result["trained"]
        gap["gradient"] = abs(result["gradient"] / greedy["gradient"] - 1)
    return gap


def verdict(case, result):
    """Returns "equal", "refused", "lenient" or "DIFFERENT", and a sentence."""
    if "error" in result:
        known = result["name"] in REFUSALS and 20 <= len(result["error"]) <= 900
        too = "" if case["expected"] else " (the reference refuses it too)"
        return ("refused" if known else "DIFFERENT"), f"{result['name']}: {result['error'].removeprefix(case['place'] + ': ')[:300]}{too}"
    if case["expected"] is None:
        return "lenient", "computed"
    gap = gaps(case, result)
    wrong = [name for name, value in gap.items() if not value <= TOLERANCE[name]]
    return ("DIFFERENT" if wrong else "equal"), " ".join(f"{name} {value:.1e}" for name, value in gap.items())


def table(cases, results):
    counts, largest, sentences, wrong = defaultdict(Counter), defaultdict(lambda: defaultdict(float)), Counter(), []
    for i, case in enumerate(cases):
        outcomes = {path: verdict(case, one[i]) for path, one in results.items()}
        kinds = {kind for kind, _ in outcomes.values()}
        kind = kinds.pop() if len(kinds) == 1 else "DIFFERENT"
        counts[case["architecture"]][kind] += 1
        if kind == "refused":
            sentences[case["architecture"], next(iter(outcomes.values()))[1]] += 1
        if kind in ("lenient", "DIFFERENT"):
            wrong.append(f"case {i} {case['architecture']} ({case['what']}): " + "; ".join(f"{path}: {outcome} {text[:300]}" for path, (outcome, text) in outcomes.items()))
        for path, (outcome, _) in outcomes.items():
            if outcome == "equal":
                for name, value in gaps(case, results[path][i]).items():
                    largest[path][name] = max(largest[path][name], value)
    print_table("architecture", counts, ["equal", "refused", "lenient", "DIFFERENT"])
    print("\nlargest differences of equal cases")
    for path, row in largest.items():
        print(f"  {path}: " + ", ".join(f"{name} {value:.1e}" for name, value in row.items()))
    print("\nrefused")
    for (name, sentence), count in sorted(sentences.items()):
        print(f"  {count} x {name}: {sentence}")
    print("\n".join(["", *wrong]))
    return len(wrong)


def main():
    parse = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parse.add_argument("--seed", type=int, default=1)
    parse.add_argument("--count", type=int, default=60)
    parse.add_argument("--paths", default="cpu,wasm,webgpu,webgpu-operations")
    parse.add_argument("--keep", help="folder for the checkpoints")
    options = parse.parse_args()
    warnings.simplefilter("ignore")
    logging.set_verbosity(logging.CRITICAL)
    logging.disable_progress_bar()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(options.keep or temporary)
        folder.mkdir(exist_ok=True, parents=True)
        cases = []
        for i in range(options.count):
            draw, generator = random.Random(f"{options.seed}.{i}"), torch.Generator().manual_seed(options.seed * 1000 + i)
            cases.append(gguf_case(draw, generator, folder / f"{i}.gguf") if i % 3 == 2 else folder_case(draw, generator, folder / str(i)))
        llama_cpp([case for case in cases if case["place"].endswith(".gguf")])
        sys.exit(min(1, table(cases, found(options.paths.split(","), cases, folder))))


if __name__ == "__main__":
    main()
