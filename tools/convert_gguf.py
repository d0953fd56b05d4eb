#!/usr/bin/env python3
"""Turns a GGUF checkpoint of a LLaMA-architecture model into a Hugging Face directory: weights dequantised and
stored as bf16 safetensors, config.json, tokenizer.json. Runs in the virtual environment of tools/setup.

Usage: convert_gguf.py FILE.gguf DIRECTORY      (DIRECTORY is made; it must not exist)
"""
import os
import sys
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # everything is in the file: nothing may be looked up


def convert(gguf: Path, directory: Path) -> None:
    import torch
    import transformers
    from safetensors.torch import save_file

    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    model = transformers.AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
    tokenizer = transformers.AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    directory.mkdir(parents=True)

    # save_pretrained would refuse a model that was loaded from a quantised file: the tensors are plain by now, so
    # they are written directly.
    tensors = {}
    for name, tensor in model.state_dict().items():
        if name == "lm_head.weight" and model.config.tie_word_embeddings:
            continue  # the same tensor as the embedding
        tensors[name] = tensor.to(torch.bfloat16).contiguous()
    save_file(tensors, directory / "model.safetensors", metadata={"format": "pt"})

    config = model.config
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    vars(config).pop("_model_name_or_path", None)  # a training run's name that the GGUF file carries
    config.dtype = "bfloat16"
    config.architectures = [type(model).__name__]
    config.eos_token_id = tokenizer.eos_token_id
    config.bos_token_id = tokenizer.bos_token_id
    config.save_pretrained(directory)
    tokenizer.save_pretrained(directory)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip())
    convert(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
