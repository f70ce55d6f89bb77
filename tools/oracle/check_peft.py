"""Opens the adapter of a run with PEFT and compares it with the lab's results, in both directions. Run by hand, not in CI.

    pip install torch transformers safetensors peft
    npm run -s ttrl -- run --model <base> --dataset <file> --trainable lora --out <run> ...
    python tools/oracle/check_peft.py <base> <run>        (from the root of the repository)

Checks that PEFT loads <run>/adapter on <base> (a Hugging Face folder) with the lab's logits within 1e-4; that merge_and_unload
gives the weights of <run>/model to float32 rounding and its logits within 1e-4; and that the lab reads an adapter written by
PEFT with logits within 1e-4. Exits 1 at the first difference.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

TOLERANCE = 1e-4
ROUNDING = 1e-6  # of weights up to about 1


def open_base(base):
    return AutoModelForCausalLM.from_pretrained(base, attn_implementation="eager", dtype=torch.float32).eval()


def ours(base, adapter):
    """Returns token ids and logits of a few texts as the lab computes them with the adapter."""
    command = ["npx", "tsx", "tools/oracle/labLogits.ts", base, adapter]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


@torch.no_grad()
def gap(model, cases):
    return max((model(torch.tensor([c["tokens"]])).logits[0] - torch.tensor(c["logits"])).abs().max().item() for c in cases)


def require(what, found, bound):
    if not found <= bound:
        sys.exit(f"{what} differ by {found:.2e}, more than {bound:.0e}")
    print(f"{what} differ by at most {found:.2e}")


def check_run(base, run):
    cases = ours(base, run / "adapter")
    model = PeftModel.from_pretrained(open_base(base), run / "adapter").eval()
    apart = gap_off(model, cases)
    if apart < 10 * TOLERANCE:
        sys.exit(f"the adapter changes logits by only {apart:.2e}, too little for this check: train it longer")
    print(f"the adapter changes logits by up to {apart:.2e}")
    require("logits of PEFT and of the lab", gap(model, cases), TOLERANCE)
    merged = model.merge_and_unload().state_dict()
    written = load_file(run / "model" / "model.safetensors")
    missing = [name for name in written if name not in merged]
    if missing:
        sys.exit(f"PEFT's merged model lacks {missing}")
    moved = max((merged[name] - values).abs().max().item() for name, values in written.items())
    require(f"{len(written)} merged tensors of PEFT and of the run's model", moved, ROUNDING)
    require("logits of the run's model and of the lab's adapter", gap(open_base(run / "model"), cases), TOLERANCE)


@torch.no_grad()
def gap_off(model, cases):
    """Returns the largest difference from the lab's logits with the adapter disabled."""
    with model.disable_adapter():
        return gap(model, cases)


def check_peft_adapter(base):
    torch.manual_seed(0)
    config = LoraConfig(task_type="CAUSAL_LM", r=8, lora_alpha=16, target_modules="all-linear", init_lora_weights=False)
    model = get_peft_model(open_base(base), config).eval()
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        require("logits with an adapter that PEFT made", gap(model, ours(base, folder)), TOLERANCE)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    check_run(sys.argv[1], Path(sys.argv[2]))
    check_peft_adapter(sys.argv[1])
