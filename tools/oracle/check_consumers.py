"""Exports a model in every format and opens each with its target program. Run by hand, not in CI.

    pip install torch transformers safetensors
    npm install --no-save node-llama-cpp@3.22.1
    python tools/oracle/check_consumers.py <model> <questions.json> <new folder> [<prompts, 5> [<tokens, 64>]]

transformers opens the folders in F32 (whole, and in several files), F16 and BF16: see check_export.py.
llama.cpp opens the GGUF files in F32, F16 and Q8_0: see check_gguf_export.mjs. Python's zipfile opens
the page's archive, and one of more than 4 GiB. Exits 1 at the first failure.
"""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ORACLE = ROOT / "tools" / "oracle"
NODE = ["node", "--import", "tsx"]


def run(*command, **options):
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT, **options)


def export(model, out, *options):
    run(*NODE, "cli/ttrl.ts", "export", "--model", model, "--out", out, *options)
    return out


def folder(model, out, precision, *options):
    return export(model, out / f"{precision}{len(options)}", "--format", "safetensors", "--precision", precision, *options)


def check_folders(model, out):
    logits = out / "logits.json"
    with logits.open("w") as file:
        run(*NODE, ORACLE / "labLogits.ts", model, stdout=file)
    whole = folder(model, out, "f32")
    size = (whole / "model.safetensors").stat().st_size
    sharded = folder(model, out, "f32", "--shard-size", f"{size / 3e6:.6f}MB")
    for one in (whole, sharded):
        run(sys.executable, ORACLE / "check_export.py", one, logits)
    for precision in ("f16", "bf16"):
        run(sys.executable, ORACLE / "check_export.py", folder(model, out, precision), logits, whole)


def check_gguf(model, out, questions, prompts, tokens):
    for precision in ("f32", "f16", "q8_0"):
        file = export(model, out / f"{precision}.gguf", "--format", "gguf", "--precision", precision)
        count = [] if precision == "f32" else ["count"]
        run(*NODE, ORACLE / "check_gguf_export.mjs", model, file, questions, prompts, tokens, *count)


def check_zip(model, out):
    for name, size in (("small", 0), ("large", 2**32 + 5)):
        path = out / f"{name}.zip"
        run(*NODE, ORACLE / "zipModel.ts", model, path, size)
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()
            if broken is not None:
                sys.exit(f"{path}: {broken} is broken")
            print(f"zipfile opens {name}.zip: {path.stat().st_size} bytes, {len(archive.namelist())} files")
        path.unlink()


def main(model, questions, out, prompts="5", tokens="64"):
    model, questions, out = Path(model).resolve(), Path(questions).resolve(), Path(out).resolve()
    out.mkdir(parents=True)
    check_folders(model, out)
    check_zip(model, out)
    check_gguf(model, out, questions, prompts, tokens)


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5, 6):
        sys.exit(__doc__)
    main(*sys.argv[1:])
