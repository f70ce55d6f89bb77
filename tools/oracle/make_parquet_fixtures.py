"""Writes the Parquet files of src/data/fixtures: three rows in each codec that the reader knows and hyparquet-writer
does not write, with a column of lists and one of structs, by pyarrow.

    pip install pyarrow==26.0.1 && python tools/oracle/make_parquet_fixtures.py
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

FOLDER = Path(__file__).parents[2] / "src/data/fixtures"

table = pa.table(
    {
        "question": [f"What is {i} + {i}?" for i in (1, 2, 3)],
        "choices": pa.array(
            [{"text": [str(2 * i), str(90 + i)], "label": ["A", "B"]} for i in (1, 2, 3)],
            pa.struct([("text", pa.list_(pa.string())), ("label", pa.list_(pa.string()))]),
        ),
        "answerKey": ["A", "A", "A"],
        "level": pa.array([1, 2, None], pa.int64()),
    }
)
for codec in ("zstd", "brotli", "lz4"):
    pq.write_table(table, FOLDER / f"{codec}.parquet", compression=codec)
