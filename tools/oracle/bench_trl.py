"""Times PyTorch at the benchmark's shapes: `transformers` generate, a training step, and TRL's GRPO step.

    pip install torch transformers trl
    python tools/oracle/bench_trl.py --models abacus-0.2M,SmolLM2-135M

Runs on the device that torch finds, with random weights, to compare with `npm run bench -- --node` on the same machine. Prints
a Markdown table and one line of JSON. Shapes, prompt, loss and optimizer are those of bench/, and
responses never end early. TRL trains on all sampled rows, the lab's step on half of them.
"""

import argparse
import json
import logging
import statistics
import tempfile
import time
import warnings
from pathlib import Path

import torch
import transformers
from transformers import LlamaConfig, LlamaForCausalLM

MODELS = Path(__file__).parents[2] / "public" / "models"
SMOLLM2 = {
    "hidden_size": 576,
    "intermediate_size": 1536,
    "num_hidden_layers": 30,
    "num_attention_heads": 9,
    "num_key_value_heads": 3,
    "vocab_size": 49152,
    "max_position_embeddings": 8192,
    "rope_theta": 100000,
    "tie_word_embeddings": True,
}
PROMPT = 32
CLIP = 0.2
STEP = {"lr": 1e-3, "betas": (0.9, 0.95), "weight_decay": 0.0}
GRADIENT_CLIP = 1.0
TITLES = {"decode": "Decoding", "train": "Training step", "ttrl": "TTRL step (decode, then train)"}


def shape(name):
    if name.startswith("SmolLM2"):
        return SMOLLM2
    config = json.loads((MODELS / name / "config.json").read_text())
    return {key: config[key] for key in SMOLLM2 if key in config}


def new_model(name, device, dtype):
    torch.manual_seed(0)
    config = LlamaConfig(**shape(name), bos_token_id=1, eos_token_id=2, pad_token_id=0)
    return LlamaForCausalLM(config).to(device=device, dtype=dtype)


def prompt_ids(vocabulary):
    return [(7 * i + 3) % vocabulary for i in range(PROMPT)]


def wait(device):
    if device == "cuda":
        torch.cuda.synchronize()


def timed(work, device, repeats):
    """Returns the median seconds of `work` after one warm-up run."""
    times = []
    for _ in range(1 + repeats):
        wait(device)
        start = time.perf_counter()
        work()
        wait(device)
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def bench_decode(model, device, rows, tokens, repeats):
    ids = torch.tensor([prompt_ids(model.config.vocab_size)] * rows, device=device)
    mask = torch.ones_like(ids)
    lengths = {"max_new_tokens": tokens, "min_new_tokens": tokens}
    model.eval()

    def run():
        with torch.no_grad():
            out = model.generate(
                ids, attention_mask=mask, do_sample=True, temperature=1.0, top_k=0, top_p=1.0, **lengths
            )
        if out.shape != (rows, PROMPT + tokens):
            raise RuntimeError(f"generate returned {tuple(out.shape)}, not {(rows, PROMPT + tokens)}")

    return timed(run, device, repeats)


def bench_train(model, device, rows, tokens, repeats):
    vocabulary = model.config.vocab_size
    ids = torch.tensor(
        [[(5 * i + 11 * row + i * i * row) % vocabulary for i in range(tokens + 1)] for row in range(rows)], device=device
    )
    advantages = torch.tensor([[1.0 if row % 2 == 0 else -0.5] for row in range(rows)], device=device)
    optimizer = torch.optim.AdamW(model.parameters(), **STEP)
    model.train()

    def run():
        logits = model(ids[:, :-1], use_cache=False).logits[:, PROMPT - 1 :].float()
        logprobs = torch.log_softmax(logits, -1).gather(-1, ids[:, PROMPT:, None])[..., 0]
        ratio = torch.exp(logprobs + 6)  # the old ones are all -6
        loss = -torch.minimum(ratio * advantages, ratio.clamp(1 - CLIP, 1 + CLIP) * advantages).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), GRADIENT_CLIP)
        optimizer.step()
        optimizer.zero_grad()
        return loss.item()

    return timed(run, device, repeats)


def word_tokenizer(vocabulary):
    """Token i is the word "t<i>", so that the benchmark's prompt can be written as text."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import WhitespaceSplit

    tokenizer = Tokenizer(WordLevel({f"t{i}": i for i in range(vocabulary)}, unk_token="t1"))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    special = {"pad_token": "t0", "bos_token": "t1", "eos_token": "t2", "unk_token": "t1"}
    return transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special)


def even_ending(completion_ids, **_):
    return [float(ids[-1] % 2 == 0) for ids in completion_ids]


def bench_grpo(model, device, dtype, rows, tokens, repeats, folder):
    """Returns the seconds of TRL's GRPO step: sampling `rows` responses to one prompt, then one update on them."""
    from datasets import Dataset
    from trl import GRPOConfig, GRPOTrainer

    prompt = " ".join(f"t{i}" for i in prompt_ids(model.config.vocab_size))
    config = GRPOConfig(
        output_dir=folder,
        per_device_train_batch_size=rows,
        gradient_accumulation_steps=1,
        num_generations=rows,
        max_completion_length=tokens,
        generation_kwargs={"min_new_tokens": tokens},
        temperature=1.0,
        top_p=1.0,
        top_k=0,
        beta=0.0,
        epsilon=CLIP,
        num_iterations=1,
        max_steps=1 + repeats,
        learning_rate=STEP["lr"],
        lr_scheduler_type="constant",
        adam_beta1=STEP["betas"][0],
        adam_beta2=STEP["betas"][1],
        weight_decay=0.0,
        max_grad_norm=GRADIENT_CLIP,
        gradient_checkpointing=False,
        bf16=dtype == torch.bfloat16,
        use_cpu=device == "cpu",
        report_to="none",
        save_strategy="no",
        logging_strategy="no",
        disable_tqdm=True,
    )
    clock = StepClock(device)
    trainer = GRPOTrainer(
        model=model,
        reward_funcs=even_ending,
        args=config,
        train_dataset=Dataset.from_list([{"prompt": prompt}] * 4),
        processing_class=word_tokenizer(model.config.vocab_size),
        callbacks=[clock],
    )
    trainer.remove_callback(transformers.PrinterCallback)  # standard output is for the table
    trainer.train()
    return statistics.median(clock.times[1:])


class StepClock(transformers.TrainerCallback):
    """Records the time of each step, sampling included."""

    def __init__(self, device):
        self.device = device
        self.times = []

    def on_step_begin(self, *_, **__):
        wait(self.device)
        self.start = time.perf_counter()

    def on_step_end(self, *_, **__):
        wait(self.device)
        self.times.append(time.perf_counter() - self.start)


def matrix_parameters(config):
    head_dim = config.hidden_size // config.num_attention_heads
    queries, keys = config.num_attention_heads * head_dim, config.num_key_value_heads * head_dim
    layer = config.hidden_size * (2 * queries + 2 * keys + 3 * config.intermediate_size)
    return config.num_hidden_layers * layer + config.hidden_size * config.vocab_size


def measure(name, device, dtype, asked, folder):
    decoded, trained, repeats = (asked.rows, asked.tokens), (asked.train_rows, asked.train_tokens), asked.repeats
    runs = {
        "decode": (decoded, "transformers generate", lambda model: bench_decode(model, device, *decoded, repeats)),
        "train": (trained, "PyTorch", lambda model: bench_train(model, device, *trained, repeats)),
        "ttrl": (decoded, "TRL GRPO step", lambda model: bench_grpo(model, device, dtype, *decoded, repeats, folder)),
    }
    for kind, ((rows, tokens), title, run) in runs.items():
        model = new_model(name, device, torch.float32 if kind == "ttrl" else dtype)  # TRL keeps weights in float32
        seconds = run(model)
        parameters = matrix_parameters(model.config)
        flops = {"decode": 2, "train": 6, "ttrl": 2 + 6}[kind] * parameters * rows * tokens
        yield {
            "model": name,
            "kind": kind,
            "contender": title,
            "rows": rows,
            "tokens": tokens,
            "seconds": seconds,
            "tokensPerSecond": rows * tokens / seconds,
            "flopsPerSecond": flops / seconds,
            "weightBytesPerSecond": tokens * parameters * dtype.itemsize / seconds if kind == "decode" else None,
        }


def table(report):
    lines = [f"{report['device']}, {report['dtype']}, {report['versions']}", ""]
    for found in report["measurements"]:
        weights = found["weightBytesPerSecond"]
        lines += [
            f"**{found['model']}: {TITLES[found['kind']]}, {found['rows']} x {found['tokens']}**",
            "",
            "|  | on | seconds | tokens/s | FLOP/s | weights read/s |",
            "| --- | --- | --- | --- | --- | --- |",
            f"| {found['contender']} | PyTorch | {found['seconds']:.3g} | {found['tokensPerSecond']:.0f} | "
            f"{found['flopsPerSecond'] / 1e9:.3g} G | {'' if weights is None else f'{weights / 1e9:.3g} G'} |",
            "",
        ]
    return "\n".join(lines)


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default="abacus-0.2M,SmolLM2-135M", help="separated by commas")
    parser.add_argument("--rows", type=int, default=64, help="decoded together")
    parser.add_argument("--tokens", type=int, default=64, help="of each response")
    parser.add_argument("--train-rows", type=int, default=32)
    parser.add_argument("--train-tokens", type=int, default=96)
    parser.add_argument("--repeats", type=int, default=5, help="after one to warm up")
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32")
    return parser.parse_args()


def main():
    asked = options()
    if asked.train_tokens < PROMPT:
        raise SystemExit(f"--train-tokens must be at least the prompt's {PROMPT}")
    warnings.filterwarnings("ignore")
    transformers.logging.set_verbosity_error()
    logging.disable(logging.WARNING)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    dtype = getattr(torch, asked.dtype)
    import trl

    report = {
        "device": torch.cuda.get_device_name() if device == "cuda" else f"CPU, {torch.get_num_threads()} threads",
        "dtype": asked.dtype,
        "versions": f"torch {torch.__version__}, transformers {transformers.__version__}, trl {trl.__version__}",
        "measurements": [],
    }
    with tempfile.TemporaryDirectory() as folder:
        for name in asked.models.split(","):
            report["measurements"] += measure(name, device, dtype, asked, folder)
    print(table(report))
    print(json.dumps(report))


if __name__ == "__main__":
    main()
