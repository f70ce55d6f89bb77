"""Writes the expected advantages of src/rl/advantage.ts, computed by verl's functions.

    pip install verl==0.9.1 torch
    python tools/oracle/make_advantage_fixture.py         (from the root of the repository; CPU, seconds)

Writes src/rl/fixtures/advantages.json: a step of three questions with 4, 3 and 2 responses of unequal lengths, one
question unanimous. Numbers are float64, so a rerun gives the same file. The committed one came from verl 0.9.1 and
torch 2.15.0.

  lengths, rewards     by question and response; the reward sits on the response's last token
  greedyRewards        by question, for remax
  values               by question, response and token, for gae
  discounted           gamma and lambda of "reinforce++-discounted" and "gae-discounted"
  expected             by estimator, question, response and token; gae also has its returns, and the
                       explained variance of its values, by the formula of verl's metrics
"""

import json
from pathlib import Path

import numpy as np
import torch
from verl import DataProto
from verl.trainer.config import AlgoConfig
from verl.trainer.ppo import core_algos
from verl.trainer.ppo.metric_utils import compute_data_metrics

FILE = Path(__file__).parents[2] / "src" / "rl" / "fixtures" / "advantages.json"
LENGTHS = [[3, 7, 1, 5], [2, 6, 4], [8, 1]]
REWARDS = [[1.0, 0.0, 0.0, 1.0], [1.0, 1.0, 1.0], [0.0, 0.75]]
GREEDY_REWARDS = [1.0, 1.0, 0.0]
GAMMA, LAMBDA = 0.9, 0.8

lengths = [length for group in LENGTHS for length in group]
rewards = [reward for group in REWARDS for reward in group]
index = np.array([g for g, group in enumerate(LENGTHS) for _ in group])
shape = (len(lengths), max(lengths))
mask = torch.zeros(shape, dtype=torch.float64)
token_rewards = torch.zeros(shape, dtype=torch.float64)
for row, (length, reward) in enumerate(zip(lengths, rewards)):
    mask[row, :length] = 1
    token_rewards[row, length - 1] = reward
generator = torch.Generator().manual_seed(7)
values = torch.rand(shape, dtype=torch.float64, generator=generator) * mask


def rows(tokens):
    """[responses, tokens] -> lists by question, response and token, padding cut off."""
    cut = iter([row[:length].tolist() for row, length in zip(tokens, lengths)])
    return [[next(cut) for _ in group] for group in LENGTHS]


def grpo(by_deviation):
    return core_algos.compute_grpo_outcome_advantage(
        token_rewards, mask, index, norm_adv_by_std_in_grpo=by_deviation
    )


def explained_variance(returns):
    """critic/vf_explained_var, of verl's own metrics of a step."""
    tokens = {"input_ids": torch.zeros_like(mask), "attention_mask": mask.long()}
    columns = {
        "token_level_scores": token_rewards,
        "token_level_rewards": token_rewards,
        "advantages": returns,
        "returns": returns,
        "values": values,
        "responses": torch.zeros_like(mask),
        "prompts": torch.zeros(len(lengths), 1),
        "attention_mask": torch.cat([torch.ones(len(lengths), 1), mask], 1).long(),
        "response_mask": mask,
    }
    metrics = compute_data_metrics(DataProto.from_single_dict(tokens | columns), use_critic=True)
    return metrics["critic/vf_explained_var"]


baselines = torch.tensor([GREEDY_REWARDS[g] for g in index], dtype=torch.float64)
computed = {
    "grpo": grpo(True),
    "dr-grpo": grpo(False),
    "rloo": core_algos.compute_rloo_outcome_advantage(token_rewards, mask, index),
    "reinforce++": core_algos.compute_reinforce_plus_plus_outcome_advantage(
        token_rewards, mask, config=AlgoConfig(gamma=1.0)
    ),
    "reinforce++-baseline": core_algos.compute_reinforce_plus_plus_baseline_outcome_advantage(
        token_rewards, mask, index
    ),
    "remax": core_algos.compute_remax_outcome_advantage(token_rewards, baselines, mask),
    "gae": core_algos.compute_gae_advantage_return(token_rewards, values, mask, 1.0, 1.0),
    "reinforce++-discounted": core_algos.compute_reinforce_plus_plus_outcome_advantage(
        token_rewards, mask, config=AlgoConfig(gamma=GAMMA)
    ),
    "gae-discounted": core_algos.compute_gae_advantage_return(token_rewards, values, mask, GAMMA, LAMBDA),
}
fixture = {
    "lengths": LENGTHS,
    "rewards": REWARDS,
    "greedyRewards": GREEDY_REWARDS,
    "values": rows(values),
    "expected": {name: rows(advantages) for name, (advantages, _) in computed.items()},
    "returns": rows(computed["gae"][1]),
    "discounted": {
        "gamma": GAMMA,
        "lambda": LAMBDA,
        "returns": rows(computed["gae-discounted"][1]),
        "explainedVariance": explained_variance(computed["gae-discounted"][1]),
    },
}
FILE.parent.mkdir(exist_ok=True)
FILE.write_text(json.dumps(fixture) + "\n")
