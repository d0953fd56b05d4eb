#!/usr/bin/env python3
"""Loads a directory with transformers' AutoTokenizer and checks the embedded tokenizer's promises.

Usage: hf_load_tokenizer.py DIRECTORY        exit 0: all hold
"""
import sys

from transformers import AutoTokenizer, PreTrainedTokenizerFast

for tokenizer in (AutoTokenizer.from_pretrained(sys.argv[1]), PreTrainedTokenizerFast.from_pretrained(sys.argv[1])):
    text = "Zoë has 3 apples.\n\x00\x7f 🍎"
    assert tokenizer(text).input_ids == list(text.encode()), tokenizer(text).input_ids
    assert tokenizer.decode(tokenizer(text).input_ids) == text
    assert tokenizer("<|begin|>a<|end|>").input_ids == [256, 97, 257]
    assert tokenizer.bos_token_id == 256 and tokenizer.eos_token_id == 257
    assert len(tokenizer) == 258, len(tokenizer)
    assert tokenizer.decode([256, 97, 257], skip_special_tokens=True) == "a"
