"""Writes the expected losses of src/model/tfjs/training/policyLoss.ts and valueLoss.ts, computed by verl's functions.

    pip install verl==0.9.1 torch
    python tools/oracle/make_loss_fixture.py              (from the root of the repository; CPU, seconds)

Writes src/model/fixtures/losses.json: responses of unequal lengths, whose tokens are listed one after the other.
Inputs are float32, results float64, so a rerun gives the same file. The committed one came from verl 0.9.1 and torch
2.15.0. verl bounds the difference of logprobs in k3 to 20 nats and k3 itself to 10; no token here comes near that.

  lengths          tokens of each response; arrays below hold one entry for each token
  logits, ids      [tokens][vocabulary], and the token sampled
  advantages, oldLogprobs, referenceLogprobs
  cases            settings (see UpdateOptions; dualClip null: no bound), the aggregation as verl names it, with the
                   equivalent weights [tokens], the loss, its gradient with respect to the logits, and the two clip fractions
  values           predictions, old values, returns, and the value loss with its gradient for two clip ranges
"""

import json
from pathlib import Path

import torch
import verl.utils.torch_functional as verl_F
from verl.trainer.ppo import core_algos

FILE = Path(__file__).parents[2] / "src" / "model" / "fixtures" / "losses.json"
LENGTHS = [3, 7, 1, 5]
VOCABULARY = 6
SEED = 1
LONGEST = 10  # of "seq-mean-token-sum-norm", as the configuration of a run says it
MASK = torch.tensor([[float(t < length) for t in range(max(LENGTHS))] for length in LENGTHS]).double()

PLAIN = {
    "clipLow": 0.2,
    "clipHigh": 0.2,
    "dualClip": 3.0,
    "klCoefficient": 0.0,
    "klEstimator": "k3",
    "entropyCoefficient": 0.0,
}
CASES = [
    ("token-mean", {}),
    ("token-mean", {"dualClip": None}),
    ("token-mean", {"clipLow": 0.1, "clipHigh": 0.28}),
    ("seq-mean-token-sum", {}),
    ("seq-mean-token-mean", {}),
    ("seq-mean-token-sum-norm", {}),
    ("token-mean", {"klCoefficient": 0.3, "klEstimator": "k1"}),
    ("token-mean", {"klCoefficient": 0.3, "klEstimator": "k2"}),
    ("token-mean", {"klCoefficient": 0.3, "klEstimator": "k3"}),
    ("token-mean", {"entropyCoefficient": 0.2}),
    ("seq-mean-token-mean", {"klCoefficient": 0.1, "entropyCoefficient": 0.05, "clipHigh": 0.28}),
]


def padded(tokens):
    """Pads [tokens, ...] with zeros to [responses, longest, ...]."""
    return torch.nn.utils.rnn.pad_sequence(torch.split(tokens, LENGTHS), batch_first=True)


def aggregate(losses, mode):
    factor = {"loss_scale_factor": LONGEST} if mode.endswith("norm") else {}
    return core_algos.agg_loss(losses, MASK, mode, **factor)


def weights_of(mode):
    """Returns the weight of each token in an aggregation."""
    losses = torch.ones_like(MASK, requires_grad=True)
    (slopes,) = torch.autograd.grad(aggregate(losses, mode), losses)
    return slopes[MASK > 0].tolist()


def policy_case(known, mode, changes):
    settings = PLAIN | changes
    logits = known["logits"].clone().requires_grad_(True)
    logprob = padded(verl_F.logprobs_from_logits_naive(logits, known["ids"]))
    entropy = padded(verl_F.entropy_from_logits(logits))
    # verl's aggregation has no factor, so "norm" is its sum, divided.
    known_mode, factor = (mode.removesuffix("-norm"), LONGEST) if mode.endswith("norm") else (mode, 1)
    loss, clipped, _, clipped_low = core_algos.compute_policy_loss(
        padded(known["oldLogprobs"]),
        logprob,
        padded(known["advantages"]),
        MASK,
        cliprange_low=settings["clipLow"],
        cliprange_high=settings["clipHigh"],
        clip_ratio_c=settings["dualClip"] or 1e30,
        loss_agg_mode=known_mode,
    )
    kl = core_algos.kl_penalty(logprob, padded(known["referenceLogprobs"]), settings["klEstimator"])
    loss = loss / factor + settings["klCoefficient"] * aggregate(kl, mode)
    loss = loss - settings["entropyCoefficient"] * aggregate(entropy, mode)
    (gradient,) = torch.autograd.grad(loss, logits)
    return {
        "settings": settings,
        "aggregation": mode,
        "weights": weights_of(mode),
        "loss": loss.item(),
        "gradient": gradient.tolist(),
        "clipFraction": clipped.item(),
        "clipFractionLow": clipped_low.item(),
    }


def value_case(predicted, old, returns, clip):
    predicted = predicted.clone().requires_grad_(True)
    loss, clipped = core_algos.compute_value_loss(
        padded(predicted), padded(returns), padded(old), MASK, clip, loss_agg_mode="token-mean"
    )
    (gradient,) = torch.autograd.grad(loss, predicted)
    fraction = clipped.item()
    return {"clip": clip, "loss": loss.item(), "gradient": gradient.tolist(), "clipFraction": fraction}


def main():
    generator = torch.Generator().manual_seed(SEED)
    tokens = sum(LENGTHS)

    def normals(*shape):
        return torch.randn(shape, generator=generator).double()  # of float32 numbers

    logits = normals(tokens, VOCABULARY) * 2
    ids = torch.randint(0, VOCABULARY, (tokens,), generator=generator)
    logprobs = verl_F.logprobs_from_logits_naive(logits, ids)
    known = {
        "logits": logits,
        "ids": ids,
        "advantages": normals(tokens),
        # Ratios on both sides of both bounds, and beyond 3.
        "oldLogprobs": (logprobs + normals(tokens) * 0.8).float().double(),
        "referenceLogprobs": (logprobs + normals(tokens) * 0.5).float().double(),
    }
    predicted, old = normals(tokens), normals(tokens)
    returns = normals(tokens)
    cases = [policy_case(known, mode, changes) for mode, changes in CASES]
    assert 0 < cases[0]["clipFractionLow"] < cases[0]["clipFraction"] < 0.6, "choose another seed"
    values = {"predicted": predicted.tolist(), "old": old.tolist(), "returns": returns.tolist()}
    values["cases"] = [value_case(predicted, old, returns, clip) for clip in (0.5, 0.2)]
    assert all(0 < case["clipFraction"] < 1 for case in values["cases"])
    fixture = {"lengths": LENGTHS, **{name: array.tolist() for name, array in known.items()}}
    FILE.write_text(json.dumps(fixture | {"cases": cases, "values": values}) + "\n")
    print([(case["loss"], case["clipFraction"], case["clipFractionLow"]) for case in cases])


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
