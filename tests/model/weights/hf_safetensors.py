#!/usr/bin/env python3
"""Loads a safetensors file with Hugging Face's library, checks what safetensors_full_test.cc wrote, and writes a
file of its own for it to read.

Usage: hf_safetensors.py OURS.safetensors THEIRS.safetensors        exit 0: all is as it should be
"""
import sys

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

tensors = load_file(sys.argv[1])
assert sorted(tensors) == ["empty", "ramp", "scalar", "é \"x\""], sorted(tensors)
assert tensors["ramp"].dtype == torch.float32 and tensors["ramp"].shape == (2, 3)
assert tensors["ramp"].flatten().tolist() == [0.5, 1.5, 2.5, 3.5, 4.5, 5.5]
assert tensors["é \"x\""].dtype == torch.bfloat16 and tensors["é \"x\""].tolist() == [1.0, -2.0, 0.5]
assert tensors["scalar"].dtype == torch.float16 and tensors["scalar"].item() == 1.0
assert tensors["empty"].shape == (0, 5)
with safe_open(sys.argv[1], framework="pt") as file:
    assert file.metadata() == {"format": "pt"}
save_file(tensors, sys.argv[2], metadata={"format": "pt"})
