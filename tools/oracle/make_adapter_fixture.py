"""Writes the expected values of adapters, computed by PEFT on the tiny models of make_model_fixtures.py.

    pip install torch transformers safetensors peft
    python tools/oracle/make_adapter_fixture.py           (from the root of the repository; CPU, seconds)

Writes src/model/fixtures/{tiny-llama,tiny-qwen2}/adapter/. The seeds are fixed, so a rerun changes at most the last
float32 digit. The committed files came from torch 2.15.0, transformers 5.24.0, peft 0.21.2, safetensors 0.8.0.

adapter_config.json, adapter_model.safetensors   as PEFT writes them; B is not zero, so that every matrix has a gradient
expected.json         rows, and one case of the policy loss with the adapter on, as make_model_fixtures.py describes it
expected.safetensors  logits.<row> [tokens, vocabulary], and gradient.<name> for every matrix of the adapter, under its
                      name without "base_model.model."; "merged.<name>" for one matrix of the model after
                      merge_and_unload
"""

import json

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

from make_model_fixtures import FIXTURES, case_inputs, loss_case, row_logits

ADAPTERS = {
    "tiny-llama": {
        "r": 4,
        "lora_alpha": 6,
        "target_modules": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
    },
    "tiny-qwen2": {"r": 3, "lora_alpha": 12, "target_modules": ["q_proj", "v_proj"]},
}
MERGED = "model.layers.1.self_attn.v_proj.weight"


def write_adapter(name, seed):
    generator = torch.Generator().manual_seed(seed)
    folder = FIXTURES / name
    base = AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager")
    model = get_peft_model(base, LoraConfig(task_type="CAUSAL_LM", lora_dropout=0.0, **ADAPTERS[name]))
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if "lora_" in key:
                noise = torch.randn(parameter.shape, generator=generator)
                parameter.copy_(noise * (0.5 / parameter.shape[1] ** 0.5))
    model.eval()
    vocabulary = model.config.vocab_size
    rows = [torch.randint(0, vocabulary, (length,), generator=generator).tolist() for length in (9, 5, 13)]
    gradients, case = loss_case(model, rows, case_inputs(model, rows, generator))
    with torch.no_grad():
        logits = [row_logits(model, row) for row in rows]
    model.save_pretrained(folder / "adapter")
    (folder / "adapter" / "README.md").unlink()
    arrays = {f"logits.{i}": values.contiguous() for i, values in enumerate(logits)}
    for key, values in gradients.items():
        arrays["gradient." + key.removeprefix("base_model.model.").replace(".default", "")] = values
    merged = model.merge_and_unload()
    with torch.no_grad():
        assert (row_logits(merged, rows[2]) - logits[2]).abs().max() < 1e-4, "the merged model is not the model"
    arrays[f"merged.{MERGED}"] = merged.state_dict()[MERGED].clone()
    save_file(arrays, folder / "adapter" / "expected.safetensors", metadata={"format": "pt"})
    expected = {"rows": rows, "loss": case}
    (folder / "adapter" / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    for file in (folder / "adapter").glob("*.safetensors"):
        file.chmod(0o644)
    print(f"{name}: {len(gradients)} matrices, loss {case['loss']:.6f}, clipped {case['clipFraction']:.2f}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    write_adapter("tiny-llama", seed=5)
    write_adapter("tiny-qwen2", seed=8)
