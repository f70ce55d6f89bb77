"""Opens an exported model folder with transformers and compares it with what the lab computed. For people, not for CI.

    pip install torch transformers safetensors
    npx tsx tools/oracle/exportWithLogits.ts <model folder> <new folder>
    python tools/oracle/check_export.py <new folder>

Checks that the folder opens without missing or unexpected weights, that every text of logits.json has the same token
ids and decodes back to itself, and that the logits agree to 1e-4. Exits 1 at the first difference.
"""

import json
import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

TOLERANCE = 1e-4


def check(folder):
    model, info = AutoModelForCausalLM.from_pretrained(folder, output_loading_info=True, attn_implementation="eager")
    for problem in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        if info[problem]:
            sys.exit(f"{problem}: {sorted(info[problem])}")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    worst = 0.0
    for case in json.loads((folder / "logits.json").read_text()):
        tokens = tokenizer(case["text"], add_special_tokens=False)["input_ids"]
        if tokens != case["tokens"]:
            sys.exit(f"{case['text']!r}: transformers reads {tokens}, the lab {case['tokens']}")
        if tokenizer.decode(tokens) != case["text"]:
            sys.exit(f"{case['text']!r} decodes to {tokenizer.decode(tokens)!r}")
        with torch.no_grad():
            logits = model(torch.tensor([tokens])).logits[0]
        worst = max(worst, (logits - torch.tensor(case["logits"])).abs().max().item())
    if worst > TOLERANCE:
        sys.exit(f"logits differ by {worst:.2e}, more than {TOLERANCE:.0e}")
    print(f"{folder}: {model.num_parameters()} parameters open in transformers; logits differ by at most {worst:.2e}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    check(Path(sys.argv[1]))
