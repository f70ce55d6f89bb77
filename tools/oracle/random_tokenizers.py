"""Compares random tokenizers with the Rust library: ids of awkward strings, and the texts of these and of random ids.

    pip install tokenizers==0.23.3
    python tools/oracle/random_tokenizers.py [--seed 1] [--count 60] [--keep cases.json]

A tokenizer is a random model with a random normalizer, pre-tokenizer, decoder, post-processor and added tokens, trained on a small
corpus with all of them (in an order of hash tables, so that a seed gives other ids each time: keep the cases). random_tokenizers.ts opens it as a user does. A tokenizer is equal, refused by an error of the lab, or
DIFFERENT (first differences are printed); exits 1 if any is DIFFERENT.
"""

import argparse
import json
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

from random_table import print_table
from tokenizers import AddedToken, Tokenizer, trainers

SPECIAL = ["<unk>", "<s>", "</s>"]
SECONDS = 10  # for training and encoding
BYTES = [f"<0x{i:02X}>" for i in range(256)]
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
TEKKEN = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
REGEXES = [GPT2, LLAMA3, TEKKEN, r"\p{N}{1,3}", r"\d", r"[aeiou]+", r"\s", r"\s+", r".", r"(\w)|(\d)", r"[^\s]+", r"\n+|\t", r"(?<=a)b", r"a|ab", r"^\s*\w", r"\w$", r"[一-龥]+", r"\p{Han}", r"[[:punct:]]", r"\h", r"\X", r"\b", r"(?i)[A-C]", r"x?", r"\p{So}|\p{Sk}"]
BEHAVIOURS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]
PIECES = [
    *"abcxyzABÉéß019.,!?-_()[]{}$\\/'\"", " ", "  ", "   ", "\t", "\n", "\r\n", "\n\n\n", "\u00a0", "\u0085", "\u2028", "\u3000", "\u200b", "\ufeff", "\u200d",
    "don't", "'S", "they'll", "3.14159", "1234567", "١٢٣", "½²", "Ⅷ", "hello", " world", "Hello", "WORLD", "Zoë", "e\u0301", "\u0301", "ﬁ", "Å", "ΣΑΣ", "İi", "ı", "ẞ",
    "你好", "，", "世界", "こんにちは", "한국어", "\u1112\u1161", "мир", "שלום", "ไทย", "हिन्दी", "😀", "👩‍👧", "🇩🇪", "👍🏽", "▁", "▁a", "Ġ", "</w>", "##a", "<unk>", "<s>", "</s>", "<s", "<0x41>", "<0xE4>",
    "<tok>", "word", "words", "foo-bar", "\\boxed{12}", "$x_1^2$", "\u0000", "\u001f", "\ufffd", "\U0010ffff", "the", " the", "ab", "abab", "aaa", "->", "==", "```", "http://a.b/c?d=e",
]  # fmt: skip
CORPUS = ["it's we don't they'll 3.14 123 hello world Zoë 你好 世界 , . ! (a) [b] $x_1^2$ \\boxed{12} \n\n\t  foo-bar the words abab"] * 20 + ["".join(PIECES)] * 3
TOKENS = ["<tok>", "word", "é", " x", "\n\n", "ab", "<|im_start|>", "NORM", "1", "▁a", "  ", "世", "<s> "]


def pattern(draw):
    return {"Regex": draw.choice(REGEXES)} if draw.random() < 0.7 else {"String": draw.choice(["a", " ", "-", "ab", ".", "$", "\n", "▁", "", "(a"])}


def flag(draw):
    return draw.random() < 0.5


def usual(draw, common, rare):
    """Draws from `rare`, which no language model of note has, one time in twelve."""
    return draw.choice(rare if draw.random() < 1 / 12 else common)


def sequence(draw, one, most=3):
    """One component, none, or several."""
    count = draw.choice([0, 1, 1, *range(2, most + 1)])
    return [one(draw) for _ in range(count)]


def normalizer(draw):
    simple = ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents"]
    rare = [{"type": "Nmt"}, {"type": "BertNormalizer", "clean_text": flag(draw), "handle_chinese_chars": flag(draw), "strip_accents": draw.choice([None, True, False]), "lowercase": flag(draw)}]
    return usual(draw, [
        {"type": draw.choice(simple)}, {"type": draw.choice(simple)}, {"type": "Strip", "strip_left": flag(draw), "strip_right": flag(draw)},
        {"type": "Replace", "pattern": pattern(draw), "content": draw.choice(["", " ", "▁", "$1", "$&", "b", "\\1"])},
        {"type": "Prepend", "prepend": draw.choice(["▁", " ", "a"])},
    ], rare)  # fmt: skip


def metaspace(draw):
    return {"type": "Metaspace", "replacement": draw.choice(["▁", "▁", "_"]), "prepend_scheme": draw.choice(["always", "first", "never"]), "split": flag(draw)}


def byte_level(draw):
    return {"type": "ByteLevel", "add_prefix_space": flag(draw), "trim_offsets": flag(draw), "use_regex": flag(draw)}


def pre_tokenizer(draw):
    return usual(draw, [
        {"type": "Split", "pattern": pattern(draw), "behavior": draw.choice(BEHAVIOURS), "invert": flag(draw)},
        {"type": "Split", "pattern": pattern(draw), "behavior": draw.choice(BEHAVIOURS), "invert": flag(draw)},
        {"type": "Digits", "individual_digits": flag(draw)}, {"type": "Punctuation", "behavior": draw.choice(BEHAVIOURS)},
        {"type": draw.choice(["Whitespace", "WhitespaceSplit", "BertPreTokenizer"])},
        {"type": "CharDelimiterSplit", "delimiter": draw.choice("a -")}, {"type": "FixedLength", "length": draw.choice([1, 3])}, metaspace(draw),
    ], [{"type": "UnicodeScripts"}])  # fmt: skip


def decoder(draw):
    rare = [{"type": "Replace", "pattern": {"Regex": "[ae]"}, "content": "$1"}, {"type": "CTC", "pad_token": "<unk>", "word_delimiter_token": "a", "cleanup": flag(draw)}]
    return usual(draw, [
        {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}, metaspace(draw), {"type": "WordPiece", "prefix": draw.choice(["##", "a"]), "cleanup": flag(draw)},
        {"type": "BPEDecoder", "suffix": "</w>"}, {"type": "Replace", "pattern": {"String": draw.choice("▁_ae")}, "content": draw.choice([" ", "", "$1"])},
        {"type": "Fuse"}, {"type": "ByteFallback"}, {"type": "Strip", "content": draw.choice([" ", "a"]), "start": draw.choice([0, 1, 2]), "stop": draw.choice([0, 0, 1])},
    ], rare)  # fmt: skip


def joined(kind, field, parts):
    if len(parts) < 2:
        return parts[0] if parts else None
    return {"type": kind, field: parts}


def post_processor(draw):
    piece = lambda kind, name: {kind: {"id": name, "type_id": 0}}  # noqa: E731
    template = {"type": "TemplateProcessing", "single": [piece("SpecialToken", "<s>"), piece("Sequence", "A")], "pair": [piece("Sequence", "A"), piece("Sequence", "B")], "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}}
    return draw.choice([None, template, byte_level(draw), {"type": "BertProcessing", "sep": ["</s>", 2], "cls": ["<s>", 1]}, {"type": "Sequence", "processors": [byte_level(draw), template]}])


def model_and_trainer(draw, kind):
    """Returns an untrained model, its trainer and the components that its vocabulary is made for."""
    common = {"special_tokens": SPECIAL, "show_progress": False}
    if kind.startswith("BPE"):
        suffix = draw.choice([None, "</w>"]) if kind == "BPE of letters" else None
        prefix = usual(draw, [None], ["##"]) if kind == "BPE of letters" else None
        model = {"type": "BPE", "dropout": None, "unk_token": draw.choice([None, "<unk>"]) if suffix is None else "<unk>", "continuing_subword_prefix": prefix, "end_of_word_suffix": suffix, "fuse_unk": flag(draw), "byte_fallback": kind == "BPE with bytes", "ignore_merges": flag(draw), "vocab": {}, "merges": []}
        names = {"special_tokens": SPECIAL + BYTES if kind == "BPE with bytes" else SPECIAL}
        shape = {"continuing_subword_prefix": prefix, "end_of_word_suffix": suffix}
        alphabet = list(map(chr, [*range(33, 127), *range(161, 173), *range(174, 324)])) if kind == "BPE of bytes" else []
        trainer = trainers.BpeTrainer(vocab_size=draw.choice([330, 420]), limit_alphabet=draw.choice([60, 400]), initial_alphabet=alphabet, **common | names, **{k: v for k, v in shape.items() if v})
    elif kind == "Unigram":
        bytes_ = flag(draw)
        model = {"type": "Unigram", "unk_id": None, "vocab": [], "byte_fallback": bytes_}
        trainer = trainers.UnigramTrainer(vocab_size=draw.choice([200, 400]), unk_token="<unk>", **common | ({"special_tokens": SPECIAL + BYTES} if bytes_ else {}))
    elif kind == "WordPiece":
        model = {"type": "WordPiece", "unk_token": "<unk>", "continuing_subword_prefix": "##", "max_input_chars_per_word": draw.choice([100, 5]), "vocab": {}}
        trainer = trainers.WordPieceTrainer(vocab_size=250, **common)
    else:
        model = {"type": "WordLevel", "unk_token": "<unk>", "vocab": {}}
        trainer = trainers.WordLevelTrainer(vocab_size=80, **common)
    return model, trainer


KINDS = ("BPE of bytes", "BPE with bytes", "BPE of letters", "Unigram", "WordPiece", "WordLevel")


def a_tokenizer(draw, kind):
    """Draws, trains and changes a tokenizer; the library raises errors of any class for some."""
    model, trainer = model_and_trainer(draw, kind)
    pre = sequence(draw, pre_tokenizer, 2)
    if kind == "BPE of bytes":
        pre = [*(one for one in pre if one["type"] != "Metaspace"), byte_level(draw)]
    elif kind == "BPE with bytes" and flag(draw):
        pre = [metaspace(draw)]
    decoders = sequence(draw, decoder)
    if flag(draw):
        decoders = {"BPE of bytes": [{"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}], "BPE with bytes": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}]}.get(kind, decoders)
    parts = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": joined("Sequence", "normalizers", sequence(draw, normalizer)),
        "pre_tokenizer": joined("Sequence", "pretokenizers", pre), "post_processor": post_processor(draw), "decoder": joined("Sequence", "decoders", decoders), "model": model,
    }  # fmt: skip
    tokenizer = Tokenizer.from_str(json.dumps(parts))
    tokenizer.train_from_iterator(CORPUS, trainer)
    for content in draw.sample(TOKENS, draw.choice([0, 2, 5])):
        flags = {name: draw.random() < 0.3 for name in ("lstrip", "rstrip", "single_word", "special")}
        tokenizer.add_tokens([AddedToken(content, normalized=flag(draw), **flags)])
    if kind == "Unigram" and draw.random() < 0.1:
        own = json.loads(tokenizer.to_str())
        own["model"]["unk_id"] = None
        tokenizer = Tokenizer.from_str(json.dumps(own))
    return Tokenizer.from_str(tokenizer.to_str())


def strings(draw, count=300):
    return ["", *PIECES, *("".join(draw.choice(PIECES) for _ in range(draw.randint(2, 12))) for _ in range(count - len(PIECES)))]


def attempt(seed, kind):
    """Returns a case, or None where the library cannot train or encode: some components end in errors or panics."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    draw = random.Random(seed)
    try:
        tokenizer, texts = a_tokenizer(draw, kind), strings(draw)
        ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
        size = tokenizer.get_vocab_size()
        ids += [[draw.randrange(size) for _ in range(draw.randint(1, 12))] for _ in range(60)]
        decoded = [tokenizer.decode(one) for one in ids]
    except BaseException:  # panics are no Exceptions
        return None
    return {"kind": kind, "tokenizer": json.loads(tokenizer.to_str()), "texts": texts, "ids": ids, "decoded": decoded}


def case(seed, i):
    """Returns a case of a kind in turn; draws again where the library fails or never ends, which only its process can end."""
    for again in range(100):
        with multiprocessing.get_context("fork").Pool(1) as pool:
            try:
                found = pool.apply_async(attempt, (f"{seed}.{i}.{again}", KINDS[i % len(KINDS)])).get(SECONDS)
            except multiprocessing.TimeoutError:
                continue
        if found is not None:
            return found
    sys.exit(f"no tokenizer of kind {KINDS[i % len(KINDS)]} could be made")


def parted(ours, theirs):
    """Returns the first position at which two lists or texts differ, and what follows in both."""
    at = next((at for at, pair in enumerate(zip(ours, theirs)) if pair[0] != pair[1]), min(len(ours), len(theirs)))
    return f"from {at}: {ours[at : at + 8]!r}, library {theirs[at : at + 8]!r}"


def differences(one, found):
    """Returns the first differing ids and text, as sentences."""
    ids = (f"ids of {text!r} {parted(*pair)}" for text, *pair in zip(one["texts"], found["ids"], one["ids"]) if pair[0] != pair[1])
    texts = (f"text of {row} {parted(*pair)}" for row, *pair in zip(one["ids"], found["decoded"], one["decoded"]) if pair[0] != pair[1])
    return [first for first in (next(ids, None), next(texts, None)) if first is not None]


def shown(tokenizer):
    """A tokenizer without its vocabulary, in one line."""
    model = {key: value for key, value in tokenizer["model"].items() if key not in ("vocab", "merges")}
    added = [f"{one['content']!r}:" + "".join(name[0] for name in ("lstrip", "rstrip", "single_word", "normalized") if one[name]) for one in tokenizer["added_tokens"] if one["content"] not in SPECIAL + BYTES]
    return json.dumps({"normalizer": tokenizer["normalizer"], "pre_tokenizer": tokenizer["pre_tokenizer"], "decoder": tokenizer["decoder"], "model": model, "added": added}, ensure_ascii=False)


def table(cases, found):
    counts, sentences, wrong = defaultdict(Counter), Counter(), []
    for i, (one, result) in enumerate(zip(cases, found, strict=True)):
        parts = differences(one, result) if "ids" in result else []
        if "error" in result and result["name"] in ("TokenizerError", "ChatTemplateError"):
            outcome = "refused"
            sentences[result["error"][:240]] += 1
        else:
            outcome = "DIFFERENT" if parts or "error" in result else "equal"
        counts[one["kind"]][outcome] += 1
        if outcome == "DIFFERENT":
            wrong.append(f"case {i} {one['kind']}: " + "; ".join(parts or [f"{result['name']}: {result['error'][:300]}"]) + f"\n   {shown(one['tokenizer'])}")
    print_table("tokenizer", counts, ["equal", "refused", "DIFFERENT"])
    print("\nrefused")
    for sentence, count in sentences.most_common():
        print(f"  {count} x {sentence}")
    print("\n".join(["", *wrong]))
    return len(wrong)


def main():
    parse = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parse.add_argument("--seed", type=int, default=1)
    parse.add_argument("--count", type=int, default=60)
    parse.add_argument("--keep", help="file for the cases")
    options = parse.parse_args()
    cases = [case(options.seed, i) for i in range(options.count)]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(options.keep or f"{folder}/cases.json")
        file.write_text(json.dumps(cases))
        run = subprocess.run(["npx", "tsx", "tools/oracle/random_tokenizers.ts", str(file)], stdout=subprocess.PIPE, text=True, check=True)
    sys.exit(min(1, table(cases, [json.loads(line) for line in run.stdout.split("\n") if line])))


if __name__ == "__main__":
    main()
