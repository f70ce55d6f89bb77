"""Writes the expected values of the model and the optimizer, computed by PyTorch and transformers.

    pip install torch transformers safetensors
    python tools/oracle/make_model_fixtures.py            (from the root of the repository; CPU, seconds)

Writes src/model/fixtures/tiny-{llama,qwen2,llama3,mistral,qwen3,llama-biased}/{config.json, model.safetensors, expected.json, expected.safetensors}
and src/ops/adamw/adamw.fixture.json. The seeds are fixed, so a rerun changes at most the last float32 digit.
The committed files came from torch 2.15.0, transformers 5.23.0 (tiny-llama, tiny-qwen2) and 5.24.0, safetensors 0.8.0.

expected.json
  rows            three rows of token ids, of different lengths
  greedy          prompt and the 8 tokens that follow it by argmax
  loss            one case of the policy loss. Lists named per row hold one number per response token; response token j
                  of a row is rows[row][promptLength + j], predicted by the logits at position promptLength + j - 1.
                    loss = sum over response tokens of
                             [ -min(r A, clip(r, 1 - clipLow, 1 + clipHigh) A) + klCoefficient k3 ] / normalizer
                    r = exp(logprob - oldLogprob), k3 = exp(ref - logprob) - (ref - logprob) - 1,
                    logprob = log softmax(logits / temperature) of the token; entropy of the same distribution, nats.
                  clipFraction: share of response tokens whose term was changed by the clip.
expected.safetensors
  logits.<row>               [tokens, vocabulary], before the temperature
  gradient.<parameter name>  gradient of loss, one tensor for every parameter of model.safetensors
"""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM, Qwen2Config, Qwen2ForCausalLM,
    Qwen3Config, Qwen3ForCausalLM,
)  # fmt: skip

FIXTURES = Path("src/model/fixtures")
ROW_LENGTHS = (9, 5, 13)
PROMPT_LENGTHS = (4, 2, 5)
CLIP_LOW, CLIP_HIGH, KL_COEFFICIENT, TEMPERATURE = 0.2, 0.28, 0.05, 0.7
NOISE = 0.45  # of the old and reference logprobs: ratios then span 0.64 .. 1.57, well beyond both ends of the clip


def tiny_llama():
    """Tied embeddings, grouped queries (4 heads on 2), no bias. rope_theta is a plain field, as in files of 2023-2025."""
    config = LlamaConfig(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, intermediate_size=48,
        vocab_size=97, tie_word_embeddings=True, rms_norm_eps=1e-5, max_position_embeddings=64,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0}, attn_implementation="eager",
    )  # fmt: skip
    return LlamaForCausalLM(config)


def tiny_qwen2():
    """Untied head, one key/value head, biases on q, k and v. rope_theta sits in rope_parameters, as transformers 5 writes it."""
    config = Qwen2Config(
        hidden_size=24, num_hidden_layers=2, num_attention_heads=3, num_key_value_heads=1, intermediate_size=40,
        vocab_size=101, tie_word_embeddings=False, rms_norm_eps=1e-6, max_position_embeddings=64,
        rope_parameters={"rope_type": "default", "rope_theta": 1000000.0}, attn_implementation="eager",
    )  # fmt: skip
    return Qwen2ForCausalLM(config)


def tiny_llama3():
    """Llama 3.1's scaling with so few original positions that two of eight frequencies are kept, two interpolated and four
    divided by the factor: within 20 positions that changes logits by whole units."""
    config = LlamaConfig(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1, intermediate_size=48,
        vocab_size=97, tie_word_embeddings=True, rms_norm_eps=1e-5, max_position_embeddings=64,
        rope_parameters={
            "rope_type": "llama3", "rope_theta": 1000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 8.0,
            "original_max_position_embeddings": 128,
        },
        attn_implementation="eager",
    )  # fmt: skip
    return LlamaForCausalLM(config)


def tiny_mistral():
    """Heads of 12, so that all four make 48 of a width of 24, and a window longer than the rows."""
    config = MistralConfig(
        hidden_size=24, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, head_dim=12,
        intermediate_size=40, vocab_size=97, tie_word_embeddings=False, rms_norm_eps=1e-5, max_position_embeddings=64,
        rope_parameters={"rope_type": "default", "rope_theta": 1000000.0}, sliding_window=48, attn_implementation="eager",
    )  # fmt: skip
    return MistralForCausalLM(config)


def tiny_qwen3():
    """A norm on each head of q and k, no biases; four heads of 8 make 32 of a width of 24."""
    config = Qwen3Config(
        hidden_size=24, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, head_dim=8,
        intermediate_size=40, vocab_size=101, tie_word_embeddings=False, rms_norm_eps=1e-6, max_position_embeddings=64,
        rope_parameters={"rope_type": "default", "rope_theta": 1000000.0}, attn_implementation="eager",
    )  # fmt: skip
    return Qwen3ForCausalLM(config)


def tiny_llama_biased():
    """Biases on all seven projections, heads of 10, which the kernels of attention do not take."""
    config = LlamaConfig(
        hidden_size=24, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1, head_dim=10,
        intermediate_size=40, vocab_size=97, tie_word_embeddings=True, rms_norm_eps=1e-5, max_position_embeddings=64,
        attention_bias=True, mlp_bias=True,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0}, attn_implementation="eager",
    )  # fmt: skip
    return LlamaForCausalLM(config)


@torch.no_grad()
def randomise(model, generator):
    """Weights large enough that logits spread over a few units and every part of the model matters."""
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if "norm" in name:
            parameter.copy_(1 + 0.3 * noise)
        elif name.endswith("bias"):
            parameter.copy_(0.4 * noise)
        elif "embed" in name or "lm_head" in name:
            parameter.copy_(0.45 * noise)
        else:
            parameter.copy_(1.2 / parameter.shape[1] ** 0.5 * noise)


def write_folder(model, folder, plain_rope_theta):
    model.save_pretrained(folder)  # a tied tensor is written once
    (folder / "generation_config.json").unlink(missing_ok=True)
    config = json.loads((folder / "config.json").read_text())
    if plain_rope_theta:
        rope = config.pop("rope_parameters")
        config["rope_theta"] = rope.pop("rope_theta")
        if rope["rope_type"] != "default":
            config["rope_scaling"] = rope
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")


def row_logits(model, row):
    return model(torch.tensor([row])).logits[0]


def response_statistics(model, row, prompt_length):
    """Returns logprobs and entropies [response tokens] of a row, at the temperature of the case."""
    logits = row_logits(model, row)[prompt_length - 1 : -1] / TEMPERATURE
    every = torch.log_softmax(logits, dim=-1)
    logprobs = every.gather(1, torch.tensor(row[prompt_length:])[:, None])[:, 0]
    return logprobs, -(every.exp() * every).sum(dim=-1)


def case_inputs(model, rows, generator):
    """Returns old and reference logprobs near the model's, and advantages of both signs (mixed within the last row)."""

    def near(values):
        return values + (torch.rand(values.shape, generator=generator) * 2 - 1) * NOISE

    inputs = []
    for i, (row, prompt_length) in enumerate(zip(rows, PROMPT_LENGTHS)):
        with torch.no_grad():
            own, _ = response_statistics(model, row, prompt_length)
        signs = torch.tensor([(1.0, -1.0)[i % 2] if i < 2 else (1.0, -1.0, -1.0)[j % 3] for j in range(len(own))])
        inputs.append({"old": near(own), "ref": near(own), "advantages": signs * (0.6 + 0.45 * i)})
    return inputs


def loss_case(model, rows, inputs):
    """Returns the loss documented above, its diagnostics, and the gradient of every parameter."""
    terms, kls, entropies, logprobs, clipped, sides = [], [], [], [], [], []
    for row, prompt_length, case in zip(rows, PROMPT_LENGTHS, inputs):
        own, entropy = response_statistics(model, row, prompt_length)
        ratio = torch.exp(own - case["old"])
        plain = ratio * case["advantages"]
        bounded = ratio.clamp(1 - CLIP_LOW, 1 + CLIP_HIGH) * case["advantages"]
        gap = case["ref"] - own
        kl = torch.exp(gap) - gap - 1
        terms.append(-torch.minimum(plain, bounded) + KL_COEFFICIENT * kl)
        for edge in (1 - CLIP_LOW, 1 + CLIP_HIGH):
            assert (ratio - edge).abs().min() > 1e-3, "a ratio is at the edge of the clip: choose another seed"
        clipped.append(bounded < plain)
        sides.append(torch.where(bounded < plain, case["advantages"].sign(), 0))
        kls.append(kl)
        entropies.append(entropy)
        logprobs.append(own)
    tokens = sum(len(term) for term in terms)
    normalizer = tokens + 3  # not the token count, so that a test notices a loss that ignores it
    loss = torch.cat(terms).sum() / normalizer
    model.zero_grad()
    loss.backward()
    gradients = {name: p.grad.clone() for name, p in model.named_parameters() if p.requires_grad}
    share = torch.cat(clipped).float().mean().item()
    both_sides = {-1.0, 0.0, 1.0} == set(torch.cat(sides).tolist())
    assert both_sides and share < 0.6, f"clip fraction {share}: choose another seed"
    return gradients, {
        "promptLengths": list(PROMPT_LENGTHS),
        "temperature": TEMPERATURE,
        "clipLow": CLIP_LOW,
        "clipHigh": CLIP_HIGH,
        "klCoefficient": KL_COEFFICIENT,
        "normalizer": normalizer,
        "oldLogprobs": [case["old"].tolist() for case in inputs],
        "refLogprobs": [case["ref"].tolist() for case in inputs],
        "advantages": [case["advantages"].tolist() for case in inputs],
        "loss": loss.item(),
        "clipFraction": share,
        "meanKl": torch.cat(kls).mean().item(),
        "meanEntropy": torch.cat(entropies).mean().item(),
        "gradientNorm": torch.stack([g.double().pow(2).sum() for g in gradients.values()]).sum().sqrt().item(),
        "logprobs": [values.tolist() for values in logprobs],
        "entropies": [values.tolist() for values in entropies],
    }


@torch.no_grad()
def greedy(model, prompt, count):
    tokens = list(prompt)
    for _ in range(count):
        logits = row_logits(model, tokens)[-1]
        first, second = logits.topk(2).values.tolist()
        assert first - second > 1e-2, "a near tie: choose another prompt"
        tokens.append(int(logits.argmax()))
    return {"prompt": list(prompt), "tokens": tokens[len(prompt) :]}


def write_model(name, model, seed, plain_rope_theta):
    generator = torch.Generator().manual_seed(seed)
    randomise(model, generator)
    model.eval()
    folder = FIXTURES / name
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = model.config.vocab_size
    rows = [torch.randint(0, vocabulary, (length,), generator=generator).tolist() for length in ROW_LENGTHS]

    write_folder(model, folder, plain_rope_theta)

    gradients, case = loss_case(model, rows, case_inputs(model, rows, generator))
    assert sorted(gradients) == sorted(load_file(folder / "model.safetensors"))
    with torch.no_grad():
        logits = [row_logits(model, row) for row in rows]
        again = row_logits(AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager"), rows[2])
        assert (again - logits[2]).abs().max() < 1e-5, "the written folder is not the model"
    arrays = {f"logits.{i}": values.contiguous() for i, values in enumerate(logits)}
    arrays |= {f"gradient.{parameter}": values for parameter, values in gradients.items()}
    save_file(arrays, folder / "expected.safetensors", metadata={"format": "pt"})
    expected = {"rows": rows, "greedy": greedy(model, rows[0][:4], 8), "loss": case}
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    for file in folder.glob("*.safetensors"):
        file.chmod(0o644)
    spread = torch.cat(logits).std().item()
    print(f"{name}: logits' standard deviation {spread:.2f}, loss {case['loss']:.6f}, clipped {case['clipFraction']:.2f}")


def write_adamw():
    """Three steps of AdamW in float64; the norm of the first gradient is below the clip, the others above."""
    generator = torch.Generator().manual_seed(5)
    settings = {"learningRate": 1e-2, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8, "weightDecay": 0.05, "maxNorm": 1.0}
    parameter = torch.nn.Parameter(torch.randn(7, generator=generator).double())
    optimizer = torch.optim.AdamW(
        [parameter], lr=settings["learningRate"], betas=(settings["beta1"], settings["beta2"]),
        eps=settings["epsilon"], weight_decay=settings["weightDecay"],
    )  # fmt: skip
    initial = parameter.detach().tolist()
    steps = []
    for scale in (0.1, 1.0, 3.0):
        gradient = (torch.randn(7, generator=generator) * scale).double()
        parameter.grad = gradient.clone()
        norm = torch.nn.utils.clip_grad_norm_([parameter], settings["maxNorm"]).item()
        optimizer.step()
        state = optimizer.state[parameter]
        steps.append({
            "gradient": gradient.tolist(),
            "norm": norm,
            # clip_grad_norm_ adds 1e-6 to the norm before dividing
            "gradientScale": min(1.0, settings["maxNorm"] / (norm + 1e-6)),
            "parameter": parameter.detach().tolist(),
            "m": state["exp_avg"].tolist(),
            "v": state["exp_avg_sq"].tolist(),
        })  # fmt: skip
    assert [step["norm"] < 1 for step in steps] == [True, False, False]
    fixture = {"settings": settings, "initial": initial, "steps": steps}
    path = Path("src/ops/adamw/adamw.fixture.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(fixture, indent=1) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    write_model("tiny-llama", tiny_llama(), seed=11, plain_rope_theta=True)
    write_model("tiny-qwen2", tiny_qwen2(), seed=23, plain_rope_theta=False)
    write_model("tiny-llama3", tiny_llama3(), seed=31, plain_rope_theta=True)
    write_model("tiny-mistral", tiny_mistral(), seed=43, plain_rope_theta=False)
    write_model("tiny-llama-biased", tiny_llama_biased(), seed=62, plain_rope_theta=True)
    write_model("tiny-qwen3", tiny_qwen3(), seed=51, plain_rope_theta=True)
    write_adamw()
