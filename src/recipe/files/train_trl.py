"""Continues the run with TRL's GRPOTrainer: `accelerate launch train_trl.py`, or plain `python` on one device."""

import argparse
import json
from pathlib import Path

import torch
from accelerate import PartialState
from accelerate.utils import gather_object
from datasets import load_dataset
from paper_answers import vote_rewards
from peft import LoraConfig
from trl import GRPOConfig, GRPOTrainer

BUNDLE = Path(__file__).resolve().parent


def majority_reward(completions, question, task, **_):
    """Rewards agreement with the majority of all responses to the same question, across all processes."""
    texts = [completion[0]["content"] for completion in completions]
    drawn = gather_object([{"process": PartialState().process_index, "question": q, "text": t} for q, t in zip(question, texts)])
    groups = {}
    for i, response in enumerate(drawn):
        groups.setdefault(response["question"], []).append(i)
    rewards = [0.0] * len(drawn)
    for members in groups.values():
        _, _, earned = vote_rewards([drawn[i]["text"] for i in members], task[0])
        for i, reward in zip(members, earned):
            rewards[i] = reward
    return [reward for reward, response in zip(rewards, drawn) if response["process"] == PartialState().process_index]


def batches(sizes):
    """Returns TRL's three batch sizes for the current number of processes."""
    device, responses, updates = sizes["per_device"], sizes["responses_per_step"], sizes["updates_per_step"]
    at_once = device * PartialState().num_processes
    if responses % (at_once * updates):
        raise SystemExit(
            f"{responses} responses per step cannot be divided into {updates} updates on {PartialState().num_processes} "
            f"processes with {device} responses each: change --per-device or the number of processes"
        )
    return {
        "per_device_train_batch_size": device,
        "gradient_accumulation_steps": responses // at_once // updates,
        "generation_batch_size": responses,
    }


def main():
    settings = json.loads((BUNDLE / "settings.json").read_text(encoding="utf8"))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default=str(BUNDLE / "trained"), help="folder for checkpoints and the model")
    parser.add_argument("--per-device", type=int, default=settings["sizes"]["per_device"], help="responses per forward pass")
    parser.add_argument("--steps", type=int, default=settings["steps"], help="steps, each with all its updates")
    parser.add_argument("--vllm", action="store_true", help="sample with vLLM")
    given = parser.parse_args()
    sizes = {**settings["sizes"], "per_device": given.per_device}
    config = GRPOConfig(
        output_dir=given.out,
        max_steps=given.steps * sizes["updates_per_step"],
        use_vllm=given.vllm,
        use_cpu=not torch.cuda.is_available(),
        bf16=torch.cuda.is_available(),
        **batches(sizes),
        **settings["grpo"],
    )
    adapter = LoraConfig(task_type="CAUSAL_LM", **settings["lora"]) if settings["lora"] else None
    trainer = GRPOTrainer(
        model=str(BUNDLE / "model"),
        reward_funcs=majority_reward,
        args=config,
        train_dataset=load_dataset("json", data_files=str(BUNDLE / "train.jsonl"), split="train"),
        peft_config=adapter,
    )
    trainer.train()
    trainer.save_model(given.out)
    if adapter is not None and trainer.accelerator.is_main_process:
        whole = trainer.accelerator.unwrap_model(trainer.model).merge_and_unload()
        whole.save_pretrained(given.out)


if __name__ == "__main__":
    main()
