"""Writes train.parquet and test.parquet beside the JSON files of data/<source>, in the columns that the authors' code reads."""

import json
from pathlib import Path

import pandas as pd


def row(source, split, i, question):
    return {
        "data_source": source,
        "prompt": [{"role": "user", "content": question["prompt"]}],
        "ability": "math",
        "reward_model": {"style": "rule", "ground_truth": question["answer"]},
        "extra_info": {"split": split, "index": f"{source}-{i}", "id": question["id"]},
    }


for folder in sorted((Path(__file__).resolve().parent / "data").iterdir()):
    for split in ("train", "test"):
        questions = json.loads((folder / f"{split}.json").read_text(encoding="utf8"))
        rows = [row(folder.name, split, i, question) for i, question in enumerate(questions)]
        pd.DataFrame(rows).to_parquet(folder / f"{split}.parquet")
