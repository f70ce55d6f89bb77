"""Opens an exported model folder with transformers and compares it with the lab's results. Run by hand, not in CI.

    pip install torch transformers safetensors
    npx tsx tools/oracle/labLogits.ts <model> > logits.json
    npm run -s ttrl -- export --model <model> --format safetensors --out <folder>
    python tools/oracle/check_export.py <folder> logits.json
    python tools/oracle/check_export.py <f16 or bf16 folder> logits.json <the f32 folder>

Checks that the folder opens without missing or unexpected weights, that every text of logits.json has the same token
ids and decodes back to itself, and that the logits agree to 1e-4. In half precision every weight must instead equal, bit for
bit, that of the f32 folder as rounded by PyTorch, and the difference of the logits is printed. Exits 1 at the first failure.
"""

import json
import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

TOLERANCE = 1e-4


def opened(folder):
    options = {"output_loading_info": True, "attn_implementation": "eager", "dtype": "auto"}
    model, info = AutoModelForCausalLM.from_pretrained(folder, **options)
    for problem in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        if info[problem]:
            sys.exit(f"{problem}: {sorted(info[problem])}")
    return model


def check(folder, cases, whole):
    model = opened(folder)
    stored = model.dtype
    if whole is not None:
        check_rounding(model, opened(whole))
    gap = largest_gap(model.float(), AutoTokenizer.from_pretrained(folder), cases)
    if stored == torch.float32 and gap > TOLERANCE:
        sys.exit(f"logits differ by {gap:.2e}, more than {TOLERANCE:.0e}")
    files = len(list(folder.glob("*.safetensors")))
    print(
        f"transformers opens {folder.name}: {model.num_parameters()} parameters of {stored} in {files} file(s); "
        f"logits differ by at most {gap:.2e}"
    )


def check_rounding(model, whole):
    exact = dict(whole.named_parameters())
    for name, parameter in model.named_parameters():
        if not torch.equal(parameter, exact[name].to(parameter.dtype)):
            sys.exit(f"{name} is not what PyTorch rounds the weights to")


def largest_gap(model, tokenizer, cases):
    worst = 0.0
    for case in cases:
        tokens = tokenizer(case["text"], add_special_tokens=False)["input_ids"]
        if tokens != case["tokens"]:
            sys.exit(f"{case['text']!r}: transformers reads {tokens}, the lab {case['tokens']}")
        if tokenizer.decode(tokens) != case["text"]:
            sys.exit(f"{case['text']!r} decodes to {tokenizer.decode(tokens)!r}")
        with torch.no_grad():
            logits = model(torch.tensor([tokens])).logits[0]
        worst = max(worst, (logits - torch.tensor(case["logits"])).abs().max().item())
    return worst


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    folder, logits, *whole = sys.argv[1:]
    check(Path(folder), json.loads(Path(logits).read_text()), Path(whole[0]) if whole else None)
