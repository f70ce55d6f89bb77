"""Writes train.parquet and test.parquet, verl's form of the data set, from the JSON lines beside this file."""

from pathlib import Path

import pandas as pd

BUNDLE = Path(__file__).resolve().parent

for name in ("train", "test"):
    rows = pd.read_json(BUNDLE / f"{name}.jsonl", lines=True, dtype=False, convert_dates=False)
    rows.to_parquet(BUNDLE / f"{name}.parquet")
