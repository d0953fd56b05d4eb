#!/usr/bin/env python3
"""Tokenises with Hugging Face's `tokenizers`, for comparison.

Usage: hf_tokenize.py TOKENIZER_DIRECTORY TEXTS.json ANSWERS.json
TEXTS: a list of strings. ANSWERS: for each {"plain": ids, "special": ids, "decoded": text of the plain ids,
"skipped": text without special tokens}.
"""
import json
import sys
from pathlib import Path

from tokenizers import Tokenizer

tokenizer = Tokenizer.from_file(str(Path(sys.argv[1]) / "tokenizer.json"))
texts = json.loads(Path(sys.argv[2]).read_text())
answers = []
for text in texts:
    plain = tokenizer.encode(text, add_special_tokens=False).ids
    answers.append({
        "plain": plain,
        "special": tokenizer.encode(text, add_special_tokens=True).ids,
        "decoded": tokenizer.decode(plain, skip_special_tokens=False),
        "skipped": tokenizer.decode(plain, skip_special_tokens=True),
    })
Path(sys.argv[3]).write_text(json.dumps(answers))
