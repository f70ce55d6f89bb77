"""Checks the bundles of `ttrl export --recipe` with their trainers. Run by hand, not in CI.

    pip install torch transformers trl peft datasets verl ray pandas pyarrow sympy pylatexenc
    python tools/oracle/check_recipes.py rewards <verl bundle> <groups.jsonl>
    python tools/oracle/check_recipes.py trl <bundle>      two steps on this machine
    python tools/oracle/check_recipes.py verl <bundle>     its configuration, with verl's loader and checks
    python tools/oracle/check_recipes.py ttrl <bundle> <clone of PRIME-RL/TTRL>
    python tools/oracle/check_recipes.py ttrl-rewards <clone of PRIME-RL/TTRL> <groups.jsonl>

`rewards` compares pseudo-labels and rewards with those in the output of `ttrl vote --setting paper`: computed by the function of
both bundles and, if verl is installed, by verl's agent loop with all responses arriving concurrently and out of order. `ttrl`
checks that the authors' configuration accepts every override of the bundle (hydra-core, datasets). `ttrl-rewards` checks that
their reward rule gives the rewards of the file (sympy 1.13.1, pylatexenc, word2number, tqdm, latex2sympy2, which needs another
antlr4 than hydra). Exits 1 at the first failure.
"""

import asyncio
import importlib.util
import json
import os
import random
import subprocess
import sys
from pathlib import Path

MODEL_FILES = ("model.safetensors", "config.json", "tokenizer.json")


def rewards(bundle, groups):
    sys.path.insert(0, str(bundle))
    from paper_answers import vote_rewards

    rows = [json.loads(line) for line in groups.read_text(encoding="utf8").splitlines()]
    voted = [vote_rewards(row["responses"], row["task"]) for row in rows]
    wrong = [row["id"] for row, (label, _, earned) in zip(rows, voted) if (label, earned) != (row["label"], row["rewards"])]
    print(f"{len(rows) - len(wrong)} of {len(rows)} groups have the same label and rewards {wrong}")
    if importlib.util.find_spec("verl") is not None:
        apart = [row["id"] for row in rows if asyncio.run(together(row)) != row["rewards"]]
        print(f"{len(rows) - len(apart)} of {len(rows)} have them in verl's agent loop {apart}")
        wrong += apart
    sys.exit(1 if wrong else 0)


async def together(row):
    from majority_agent import Group

    group = Group(len(row["responses"]))
    places = list(range(group.size))
    random.Random(0).shuffle(places)
    earned = await asyncio.gather(*(group.reward(i, row["responses"][i], row["task"]) for i in places))
    return [reward for _, (reward, _) in sorted(zip(places, earned))]


def trl(bundle):
    from safetensors.torch import load_file

    subprocess.run([sys.executable, str(bundle / "train_trl.py"), "--steps", "2"], check=True)
    missing = [name for name in MODEL_FILES if not (bundle / "trained" / name).exists()]
    if missing:
        sys.exit(f"the trained model lacks {missing}")
    before, after = (load_file(bundle / name / "model.safetensors") for name in ("model", "trained"))
    gaps = [(before[name] - after[name].float()).abs().max().item() for name in after]
    moved = max(gaps)
    print(f"two steps moved {sum(gap > 0 for gap in gaps)} of {len(after)} tensors by at most {moved:.2e}")
    sys.exit(0 if moved > 0 else 1)


def verl(bundle):
    from omegaconf import OmegaConf
    from verl.trainer.ppo.utils import need_critic, need_reference_policy
    from verl.utils.config import omega_conf_to_dataclass, validate_config

    path = {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    command = ["bash", str(bundle / "run_verl.sh"), "--cfg", "job", "--resolve"]
    found = subprocess.run(command, env={**os.environ, **path}, check=True, stdout=subprocess.PIPE, text=True).stdout
    config = OmegaConf.create(found)
    checked = config.copy()
    if checked.actor_rollout_ref.model.lora_rank > 0 and importlib.util.find_spec("vllm") is None:
        checked.actor_rollout_ref.model.lora_rank = 0
        print("the adapter's rank stays unchecked: its limit is vLLM's, which is not installed")
    validate_config(checked, need_reference_policy(config), need_critic(config))
    for part in (config.actor_rollout_ref.actor, config.actor_rollout_ref.rollout, config.algorithm):
        print(f"{type(omega_conf_to_dataclass(part)).__name__} accepts its part")
    check_loaders(config)


def check_loaders(config):
    """Loads what the configuration names: agent loop, reward function, data set."""
    import hydra
    from omegaconf import OmegaConf
    from verl.trainer.ppo.reward import get_custom_reward_fn

    sys.path.insert(0, config.ray_kwargs.ray_init.runtime_env.env_vars.PYTHONPATH)
    loop = OmegaConf.load(config.actor_rollout_ref.rollout.agent.agent_loop_config_path)[0]
    print(f"agent loop {loop.name}: {hydra.utils.get_class(loop._target_).__name__}")
    import pandas as pd

    row = pd.read_parquet(config.data.val_files).iloc[0]
    truth = row["reward_model"]["ground_truth"]
    score = get_custom_reward_fn(config)
    found = [score(row["data_source"], f"So \\boxed{{{text}}}.", truth, extra_info=row["extra_info"]) for text in (truth, "no")]
    print(f"validation scores the true answer {found[0]}, another {found[1]}")
    hidden = {row["ground_truth"] for row in pd.read_parquet(config.data.train_files)["reward_model"]}
    sys.exit(0 if found == [1.0, 0.0] and hidden == {""} else f"scores {found}, truths among the training rows {hidden}")


def ttrl(bundle, clone):
    from hydra import compose, initialize_config_dir
    from omegaconf import OmegaConf

    overrides = (bundle / "overrides.txt").read_text(encoding="utf8").splitlines()
    with initialize_config_dir(str(clone / "verl/verl/trainer/config"), version_base=None):
        config = compose("ppo_trainer", overrides)
    OmegaConf.to_container(config, resolve=True)
    print(f"their configuration takes all {len(overrides)} overrides; {config.reward_model.reward_manager} {config.reward_model.reward_kwargs}")
    check_authors_rows(bundle)


def check_authors_rows(bundle):
    """Reads settings with the library of the authors' code."""
    from datasets import load_dataset

    rows = load_dataset("parquet", data_files=str(bundle / "train.parquet"))["train"]
    sources = {row["data_source"] for row in rows}
    indices = [row["extra_info"]["index"] for row in rows]
    if len(sources) != 1 or not sources <= {"MATH-TTT", "AIME-TTT", "AMC-TTT", "GPQA-TTT"} or len(set(indices)) != len(indices):
        sys.exit(f"{sources} has rows that their reward manager cannot tell apart")
    print(f"{len(rows)} rows of {sources}, such as {rows[0]}")


def ttrl_rewards(clone, groups):
    """Runs the authors' `test_time_train_metrics`, loaded without the rest of verl."""
    import types

    for name, path in (("verl", "verl/verl"), ("verl.utils", "verl/verl/utils")):
        package = types.ModuleType(name)
        package.__path__ = [str(clone / path)]
        sys.modules[name] = package
    for name in ("reward_score", "reward_score.ttrl", "reward_score.ttrl.qwen"):
        package = types.ModuleType(f"verl.utils.{name}")
        package.__path__ = [str(clone / "verl/verl/utils" / name.replace(".", "/"))]
        sys.modules[f"verl.utils.{name}"] = package
    from verl.utils.reward_score.ttrl.ttt_metrics import test_time_train_metrics

    wrong = []
    rows = [json.loads(line) for line in groups.read_text(encoding="utf8").splitlines()]
    for row in rows:
        earned, _ = test_time_train_metrics(row["responses"], [""] * len(row["responses"]), task=row["task"])
        if [float(reward) for reward in earned] != [float(reward) for reward in row["rewards"]]:
            wrong.append(row["id"])
    print(f"{len(rows) - len(wrong)} of {len(rows)} groups have the same rewards by the authors' code {wrong}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    check, *paths = sys.argv[1:]
    {"rewards": rewards, "trl": trl, "verl": verl, "ttrl": ttrl, "ttrl-rewards": ttrl_rewards}[check](*(Path(path).resolve() for path in paths))
