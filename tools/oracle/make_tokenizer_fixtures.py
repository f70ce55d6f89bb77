"""Writes src/model/language/fixtures/tokenizers.json: tokenizers of every component with the ids and texts of the Rust library.

Usage: python tools/oracle/make_tokenizer_fixtures.py   (pip install tokenizers==0.23.3)
"""

import json
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, trainers
from tokenizers import pre_tokenizers as pre

OUT = Path(__file__).parents[2] / "src/model/language/fixtures/tokenizers.json"
TRAINING = ["it's we don't 3.14 123 hello world Zoë 你好 , . ! (a) [b] $x_1^2$ \\boxed{12} \n\n\t  foo-bar"] * 20 + ["ab abd bcd ▁a 1½²"] * 10
TEXTS = ["  a  b", "\r\n\r\n x\t", "it's don't 3.14159", "½²³ ١٢٣", "Zoë e\u0301 ΣΑΣ ﬁ", "你好，👩‍👧 🇩🇪", "\u00a0\u0085x\ufeff y\u0085", "a\u0000b\u001f\ufffd", "▁a ▁▁b $$", "a,b..!d?((--a--b", "<tok> a<tok>b  <tok> é NORM", "word wordy aword word.", "hello world  hello <0x41>"]
SPECIAL = ["<unk>", "<s>", "</s>"]


def base(kind):
    bytes_ = [f"<0x{i:02X}>" for i in range(256)]
    if kind == "bytes":
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre.ByteLevel(add_prefix_space=False)
        trainer = trainers.BpeTrainer(vocab_size=300, initial_alphabet=pre.ByteLevel.alphabet(), special_tokens=SPECIAL, show_progress=False)
        tokenizer.decoder = decoders.ByteLevel()
    elif kind == "fallback":
        tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
        tokenizer.pre_tokenizer = pre.Metaspace()
        trainer = trainers.BpeTrainer(vocab_size=360, special_tokens=SPECIAL + bytes_, show_progress=False)
        tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    elif kind == "characters":
        tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
        tokenizer.pre_tokenizer = pre.Whitespace()
        trainer = trainers.BpeTrainer(vocab_size=80, special_tokens=SPECIAL, limit_alphabet=40, show_progress=False)
    elif kind == "suffix":
        tokenizer = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
        tokenizer.pre_tokenizer = pre.WhitespaceSplit()
        trainer = trainers.BpeTrainer(vocab_size=120, special_tokens=SPECIAL, end_of_word_suffix="</w>", show_progress=False)
        tokenizer.decoder = decoders.BPEDecoder()
    elif kind == "unigram":
        tokenizer = Tokenizer(models.Unigram())
        tokenizer.pre_tokenizer = pre.Metaspace()
        trainer = trainers.UnigramTrainer(vocab_size=60, special_tokens=SPECIAL, unk_token="<unk>", show_progress=False)
        tokenizer.decoder = decoders.Metaspace()
    elif kind == "wordpiece":
        tokenizer = Tokenizer(models.WordPiece(unk_token="<unk>"))
        tokenizer.pre_tokenizer = pre.BertPreTokenizer()
        trainer = trainers.WordPieceTrainer(vocab_size=110, special_tokens=SPECIAL, show_progress=False)
        tokenizer.decoder = decoders.WordPiece()
    else:
        tokenizer = Tokenizer(models.WordLevel(unk_token="<unk>"))
        tokenizer.pre_tokenizer = pre.Whitespace()
        trainer = trainers.WordLevelTrainer(vocab_size=40, special_tokens=SPECIAL, show_progress=False)
    tokenizer.train_from_iterator(TRAINING, trainer)
    return json.loads(tokenizer.to_str())


def parts():
    """Changes of a tokenizer: its component, and the kinds of models to try it with."""
    behaviours = ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]
    for behaviour in behaviours:
        for inverted in (False, True):
            yield "pre_tokenizer", pre.Split(Regex(r"(\d)|[ab]"), behaviour, inverted)
        yield "pre_tokenizer", pre.Split("-", behaviour, False)
        yield "pre_tokenizer", pre.Punctuation(behaviour)
    for scheme in ("always", "first", "never"):
        for splits in (True, False):
            yield "pre_tokenizer", pre.Metaspace("▁", scheme, splits)
    for prefix in (True, False):
        for regex in (True, False):
            yield "pre_tokenizer", pre.ByteLevel(add_prefix_space=prefix, use_regex=regex)
    others = [pre.Digits(True), pre.Digits(False), pre.Whitespace(), pre.WhitespaceSplit(), pre.BertPreTokenizer(), pre.CharDelimiterSplit("a"), pre.FixedLength(3)]
    others += [pre.Sequence([pre.Digits(True), pre.ByteLevel(add_prefix_space=True)]), pre.Sequence([pre.WhitespaceSplit(), pre.Punctuation()])]
    for one in others:
        yield "pre_tokenizer", one
    for one in [normalizers.NFC(), normalizers.NFKD(), normalizers.Lowercase(), normalizers.Strip(), normalizers.StripAccents(), normalizers.Replace(Regex("a+"), "$&$$"), normalizers.Sequence([normalizers.Strip(), normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])]:
        yield "normalizer", one
    for one in [decoders.ByteLevel(), decoders.Metaspace("▁", "never", True), decoders.WordPiece(), decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()]), decoders.Replace("e", "$&")]:
        yield "decoder", one


FLAGS = [{"lstrip": True}, {"rstrip": True}, {"single_word": True}, {"normalized": True}, {"special": True}]


def main():
    bases = {kind: base(kind) for kind in ("bytes", "fallback", "characters", "suffix", "unigram", "wordpiece", "words")}
    cases = []

    def put(kind, changes):
        tokenizer = Tokenizer.from_str(json.dumps({**bases[kind], **changes}))
        encoded = [tokenizer.encode(text, add_special_tokens=False).ids for text in TEXTS]
        # Pre-tokenizers take no part in decoding.
        texts = [] if "pre_tokenizer" in changes else [tokenizer.decode(ids) for ids in encoded]
        cases.append({"base": kind, "changes": changes, "ids": encoded, "texts": texts})

    for kind in bases:
        put(kind, {})
    for i, (key, component) in enumerate(parts()):
        # Every component with two kinds of models, in turn.
        for kind in ("bytes" if key != "decoder" else "fallback", ["fallback", "characters", "unigram", "wordpiece"][i % 4]):
            put(kind, {key: json.loads(component.__getstate__())})
    for i, flags in enumerate(FLAGS):
        kind = ["bytes", "fallback", "unigram"][i % 3]
        tokenizer = Tokenizer.from_str(json.dumps(bases[kind]))
        tokenizer.normalizer = normalizers.Lowercase()
        tokenizer.add_tokens([AddedToken(text, **flags) for text in ("<tok>", "word", "NORM", "é")])
        changed = json.loads(tokenizer.to_str())
        put(kind, {"normalizer": changed["normalizer"], "added_tokens": changed["added_tokens"]})
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps({"strings": TEXTS, "bases": bases, "cases": cases}, separators=(",", ":"), ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()
