"""Compares adapters of every kind that PEFT makes with what the lab computes from them. Run by hand, not in CI.

    pip install torch transformers safetensors peft
    python tools/oracle/check_peft_kinds.py <base>        (from the root of the repository; a minute)

For each kind an adapter with random matrices is saved, and opened again by PEFT and by the lab. Prints for each whether the lab
refuses it or how far its logits are from PEFT's. Exits 1 if they differ by more than 1e-4.
"""

import json
import subprocess
import sys
import tempfile
import warnings

import peft
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import logging

from check_peft import TOLERANCE, gap, open_base

INITIALISATIONS = (
    True, False, "gaussian", "eva", "orthogonal", "mica", "olora", "pissa", "pissa_niter_4", "loftq", "corda", "lora_ga",
)  # fmt: skip
KINDS = {
    **{f"init_lora_weights {one}": {"init_lora_weights": one} for one in INITIALISATIONS},
    "loftq_config": {"loftq_config": {"loftq_bits": 4}},
    "use_rslora": {"use_rslora": True},
    "use_dora": {"use_dora": True},
    "use_bdlora": {"use_bdlora": {"target_modules_bd_a": ["q_proj"], "target_modules_bd_b": ["v_proj"], "nblocks": 2}},
    "use_qalora": {"use_qalora": True, "qalora_group_size": 4},
    "rank_pattern": {"rank_pattern": {"q_proj": 2}},
    "alpha_pattern": {"alpha_pattern": {"q_proj": 2}},
    "layers_to_transform": {"layers_to_transform": [0], "layers_pattern": "layers"},
    "exclude_modules": {"exclude_modules": ["v_proj"]},
    "pattern": {"target_modules": r".*\.(q|v)_proj"},
    "paths": {"target_modules": [f"layers.{i}.self_attn.o_proj" for i in range(8)]},
    "some layers": {"target_modules": ["layers.0.self_attn.o_proj"]},
    "lm_head": {"target_modules": ["q_proj", "lm_head"]},
    "embed_tokens": {"target_modules": ["q_proj", "embed_tokens"]},
    "bias": {"bias": "lora_only"},
    "modules_to_save": {"modules_to_save": ["lm_head"]},
    "layer_replication": {"layer_replication": [[0, 2], [0, 2]]},
    "trainable_token_indices": {"trainable_token_indices": [1, 2]},
    "alora_invocation_tokens": {"alora_invocation_tokens": [5, 6]},
    "kasa_config": {"kasa_config": {}},
    "velora_config": {"velora_config": {}},
    "ensure_weight_tying": {"ensure_weight_tying": True},
    "lora_dropout": {"lora_dropout": 0.3},
}


def make(base, changes, folder):
    torch.manual_seed(0)
    fields = {"task_type": "CAUSAL_LM", "r": 4, "lora_alpha": 6, "target_modules": ["q_proj", "v_proj"], **changes}
    model = get_peft_model(open_base(base), LoraConfig(**fields))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_" in name:
                parameter.add_(torch.randn_like(parameter) * 0.3)
    model.save_pretrained(folder)


def ours(base, folder):
    """Returns the lab's token ids and logits, or the sentence that refuses the adapter."""
    done = subprocess.run(["npx", "tsx", "tools/oracle/labLogits.ts", base, folder], capture_output=True, text=True)
    if done.returncode == 0:
        return json.loads(done.stdout)
    lines = [line for line in done.stderr.splitlines() if "Error: " in line]
    return lines[0] if lines else sys.exit(done.stderr)


def main(base):
    warnings.simplefilter("ignore")
    logging.set_verbosity_error()
    worst = 0.0
    print(f"peft {peft.__version__}")
    for kind, changes in KINDS.items():
        with tempfile.TemporaryDirectory() as folder:
            try:
                make(base, changes, folder)
                model = PeftModel.from_pretrained(open_base(base), folder).eval()
            except Exception as error:
                print(f"{kind}: PEFT refuses it ({str(error)[:60]})")
                continue
            found = ours(base, folder)
            apart = None if isinstance(found, str) else gap(model, found)
            worst = max(worst, apart or 0.0)
            print(f"{kind}: {found[:150] if apart is None else f'{apart:.1e}'}")
    sys.exit(0 if worst <= TOLERANCE else f"logits differ by {worst:.2e}")


if __name__ == "__main__":
    main(sys.argv[1]) if len(sys.argv) == 2 else sys.exit(__doc__)
