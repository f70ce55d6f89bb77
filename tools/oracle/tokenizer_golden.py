"""Writes the expected token ids of the tokenizer, computed by the Python library `tokenizers`.

    pip install tokenizers
    python tools/oracle/tokenizer_golden.py               (from the root of the repository)

Reads public/models/tokenizer/tokenizer.json, writes tools/oracle/tokenizer_golden.json. Run it after
retraining the tokenizer. The committed file came from tokenizers 0.23.3.
"""

import json
from pathlib import Path

from tokenizers import Tokenizer

TEXTS = [
    "",
    "Tom has 46 apples. He buys 59 more. He buys 7 bags of 2. How many apples now?\n",
    "Ida has 98 stamps. Now she has 3 times as many. She keeps one of 6 equal parts. How many stamps now?\n",
    "46+59=105. 7*2=14. 105+14=119. \\boxed{119}",
    "Compute (27+36-44)*2-26\n",
    "Which is 16+7?\nA. 23\nB. 13\nC. 25\nD. 28\n",
    "16+7=23. A. 13 no. B. 23 yes. \\boxed{B}",
    "<bos>Which is 8/2?\n<eos><pad>",
    "Find $\\frac{a}{b}$ with \\boxed {x}, \\\\boxed{ and \\boxed{\\sqrt{51}}.",
    "  two  spaces , tabs\t\tand\r\nlines\r\n\n... ?? A . B.C. 3.14",
    "\ufeffbyte order mark, \u0000 nul, \u0301 combining, e\u0301 and \u00e9, \u200d joiner, \u00a0 no-break",
    "\u6f22\u5b57\u306e\u554f\u984c\uff1a\u4e09\u3064\u306e\u6570 \u0663\u0664 \uff15 \u00bd \u0420\u0443\u0441\u0441\u043a\u0438\u0439 \u0627\u0644\u0639\u0631\u0628\u064a\u0629",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f3f3\ufe0f\u200d\U0001f308 \U00010348 \uffff \U0010ffff",
]

tokenizer = Tokenizer.from_file("public/models/tokenizer/tokenizer.json")
golden = []
for text in TEXTS:
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    assert tokenizer.decode(ids, skip_special_tokens=False) == text, text
    golden.append({"text": text, "ids": ids})
path = Path("tools/oracle/tokenizer_golden.json")
path.write_text("[\n" + ",\n".join(json.dumps(row) for row in golden) + "\n]\n")
print(f"{path}: {len(golden)} texts")
