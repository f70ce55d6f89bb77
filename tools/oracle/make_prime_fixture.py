"""Writes the expected values of src/rl/companions/prime.ts and rewardModelTurn.ts, computed by PRIME's code as TTRL's authors ran it.

    pip install verl==0.9.1 torch
    git clone https://github.com/PRIME-RL/TTRL                (commit 3e2cc93)
    python tools/oracle/make_prime_fixture.py TTRL/verl       (from the root of the repository; CPU, seconds)

PRIME is not reimplemented: reward model and initial model are stubs that return given logits, and the authors' recipe.prime
scores, normalises, combines and learns. Its imports for GPUs and multiprocessing are stubs that are never called.

Writes src/rl/fixtures/prime.json: a step of three questions with 4 responses each of unequal lengths, one question
unanimous. Logprobs are float32, everything else is float64, except for the outcomes among the advantages, which the
authors store as float32. A rerun gives the same file. The committed one came from verl 0.9.1 and torch 2.15.0.

  lengths, outcomes       by question and response
  beta                    of the reward model
  logprobs, initial       by question, response and token: of the reward model and of the initial model
  processRewards          the same, normalised
  reward, accuracy        reward_model/reward and reward_model/dpo_acc_before
  loss, gradient          reward_model/dpo_loss, and its derivative by each logprob of the reward model
  advantages              by process weight (authors: 1, that is 5 and 5), question, response and token
"""

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

import torch

for module in ("flash_attn", "flash_attn.bert_padding", "verl.utils.seqlen_balancing", "verl.utils.ulysses"):
    sys.modules[module] = MagicMock()
sys.path.append(sys.argv[1])
from recipe.prime.prime_core_algos import (  # noqa: E402
    compute_ce_dpo_loss_rm,
    compute_dpo_accuracy,
    compute_rloo_advantage_return,
)
from recipe.prime.prime_dp_rm import DataParallelPRIMERewardModel  # noqa: E402

FILE = Path(__file__).parents[2] / "src" / "rl" / "fixtures" / "prime.json"
LENGTHS = [[3, 7, 1, 5], [2, 6, 4, 2], [8, 1, 3, 3]]
OUTCOMES = [[1.0, 0.0, 0.0, 1.0], [1.0, 1.0, 1.0, 1.0], [0.0, 1.0, 0.0, 0.0]]
BETA = 0.4
PROMPT = 2
WEIGHTS = [1.0, 0.25]

lengths = [length for group in LENGTHS for length in group]
responses = len(lengths)
longest = max(lengths)
attention = torch.zeros(responses, PROMPT + longest, dtype=torch.long)
for row, length in enumerate(lengths):
    attention[row, : PROMPT + length] = 1
mask = attention[:, PROMPT:]
acc = torch.tensor([outcome for group in OUTCOMES for outcome in group]).double()


class Config(dict):
    """A configuration with items as attributes, like omegaconf's."""

    __getattr__ = dict.__getitem__


def rows(tokens):
    """[responses, tokens] -> lists by question, response and token, padding cut off."""
    cut = iter([row[:length].tolist() for row, length in zip(tokens, lengths)])
    return [[next(cut) for _ in group] for group in LENGTHS]


def model_of(logits):
    return lambda **inputs: SimpleNamespace(logits=logits)


def logits_of(logprobs):
    """Returns logits of two tokens, the first with these logprobs, at the positions that predict the responses."""
    pair = torch.stack([logprobs, torch.log1p(-torch.exp(logprobs))], -1)
    return torch.nn.functional.pad(pair, (0, 0, PROMPT - 1, 1))


def advantages(scores, weight):
    algorithm = Config(reward_dpo_coef=5.0 * weight, reward_gt_coef=5.0)
    batch = {
        "rm_scores": scores,
        "acc": acc.float(),  # they put it into a float32 tensor
        "prompts": torch.zeros(responses, PROMPT),
        "attention_mask": attention,
    }
    data = SimpleNamespace(batch=batch)
    found, _ = compute_rloo_advantage_return(data, mask, len(LENGTHS[0]), Config(algorithm=algorithm))
    return rows(found)


def main():
    generator = torch.Generator().manual_seed(3)

    def logprobs():
        return -(torch.rand(responses, longest, generator=generator) * 3 + 0.01).double()

    initial, own = logprobs(), logprobs()
    config = Config(
        model=Config(beta_train=BETA), prime_granularity="token", prime_norm="batch_norm"
    )
    model = DataParallelPRIMERewardModel(config, model_of(logits_of(own).requires_grad_(True)), None, None)
    inputs = {
        "input_ids": torch.zeros_like(attention),
        "attention_mask": attention,
        "position_ids": None,
        # The authors' code uses these as the initial model's logprobs if no model is configured.
        "old_log_probs": initial,
    }
    raw, ratios = model._forward_micro_batch(inputs, PROMPT)
    scores = model.prime_norm(raw)
    loss = compute_ce_dpo_loss_rm(ratios, acc, mask, BETA)
    (gradient,) = torch.autograd.grad(loss, ratios)
    accuracy = compute_dpo_accuracy(scores, acc, mask, len(LENGTHS[0]))
    fixture = {
        "lengths": LENGTHS,
        "outcomes": OUTCOMES,
        "beta": BETA,
        "logprobs": rows(own),
        "initial": rows(initial),
        "processRewards": rows(scores),
        "reward": scores.sum(-1).mean().item(),
        "accuracy": accuracy.item(),
        "loss": loss.item(),
        "gradient": rows(gradient),
        "advantages": [{"weight": weight, "tokens": advantages(scores, weight)} for weight in WEIGHTS],
    }
    assert 0 < fixture["accuracy"] < 1, "choose another seed"
    FILE.write_text(json.dumps(fixture) + "\n")
    print(fixture["loss"], fixture["accuracy"], fixture["reward"])


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
