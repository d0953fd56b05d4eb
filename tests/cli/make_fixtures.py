#!/usr/bin/env python3
"""Writes what the golden command-line cases need into a directory: a toy model that works, and models, data,
links and scenarios that are each broken in one way. Standard library only.

Usage: make_fixtures.py DIRECTORY
"""
import json
import random
import struct
import sys
from pathlib import Path

H, BLOCKS, HEADS, KV, F, V = 32, 3, 4, 2, 64, 258

CONFIG = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": H, "num_hidden_layers": BLOCKS,
    "num_attention_heads": HEADS, "num_key_value_heads": KV, "intermediate_size": F, "vocab_size": V,
    "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "tie_word_embeddings": True, "hidden_act": "silu",
    "max_position_embeddings": 256, "bos_token_id": 256, "eos_token_id": 257, "torch_dtype": "float32",
}

SCENARIO = """\
name = "toy"
threads = 1
compute = "profile:laptop-cpu"
link = "wifi5-typical"
[model]
path = "toy"
[split]
bottom = 1
top = 0
[train]
steps = 4
batch = 2
max_length = 96
lr = 1e-3
[lora]
r = 2
alpha = 4
[data]
train = "data.jsonl"
eval = "data.jsonl"
eval_limit = 4
[eval]
every = 2
"""

ROWS = """\
[[compare]]
name = "bf16"
activation = "bf16"
[[compare]]
name = "fixed 4 bit"
activation = "uniform:bits=4"
gradient = "uniform:bits=8,per=token,round=stochastic"
"""


def byte_alphabet():
    """GPT-2's printable stand-ins for the 256 bytes."""
    keep = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table, extra = {}, 0
    for byte in range(256):
        if byte in keep:
            table[byte] = chr(byte)
        else:
            table[byte] = chr(256 + extra)
            extra += 1
    return table


def tokenizer():
    vocabulary = {char: byte for byte, char in byte_alphabet().items()}
    vocabulary |= {"<begin>": 256, "<end>": 257}
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    special = [{"id": i, "content": c, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
                "special": True} for c, i in (("<begin>", 256), ("<end>", 257))]
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": special, "normalizer": None,
            "pre_tokenizer": level, "post_processor": None, "decoder": level,
            "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                      "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False,
                      "ignore_merges": False, "vocab": vocabulary, "merges": []}}


def shapes():
    kv = KV * H // HEADS
    yield "model.embed_tokens.weight", (V, H)
    for i in range(BLOCKS):
        at = f"model.layers.{i}."
        yield at + "input_layernorm.weight", (H,)
        yield at + "self_attn.q_proj.weight", (H, H)
        yield at + "self_attn.k_proj.weight", (kv, H)
        yield at + "self_attn.v_proj.weight", (kv, H)
        yield at + "self_attn.o_proj.weight", (H, H)
        yield at + "post_attention_layernorm.weight", (H,)
        yield at + "mlp.gate_proj.weight", (F, H)
        yield at + "mlp.up_proj.weight", (F, H)
        yield at + "mlp.down_proj.weight", (H, F)
    yield "model.norm.weight", (H,)


def safetensors(skip=(), reshape=None, scale=1.0):
    source, header, body = random.Random(7), {}, bytearray()
    for name, shape in shapes():
        count = 1
        for n in shape:
            count *= n
        norm = len(shape) == 1
        values = [1.0 if norm else source.gauss(0.0, 0.2) * scale for _ in range(count)]
        if name in skip:
            continue
        begin = len(body)
        body += struct.pack(f"<{count}f", *values)
        header[name] = {"dtype": "F32", "shape": list((reshape or {}).get(name, shape)),
                        "data_offsets": [begin, len(body)]}
    return header, bytes(body)


def write_safetensors(path, header, body, length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    text += b" " * (-len(text) % 8)  # tensors lie aligned
    path.write_bytes(struct.pack("<Q", len(text) if length is None else length) + text + body)


def write_model(folder, config=None, tok=None, weights=True):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(CONFIG | (config or {})))
    (folder / "tokenizer.json").write_text(tok if tok is not None else json.dumps(tokenizer()))
    if weights:
        write_safetensors(folder / "model.safetensors", *safetensors())


def broken_models(root):
    write_model(root / "no-weights", weights=False)
    (root / "no-config").mkdir()
    for name, change in {
        "other-architecture": {"architectures": ["MistralForCausalLM"]}, "gelu": {"hidden_act": "gelu"},
        "biased": {"attention_bias": True}, "scaled-rope": {"rope_scaling": {"rope_type": "llama3", "factor": 8.0}},
        "odd-heads": {"num_key_value_heads": 3}, "huge": {"hidden_size": 10**12}, "zero": {"num_hidden_layers": 0},
        "quantised": {"quantization_config": {"bits": 4}}, "text-size": {"hidden_size": "large"},
    }.items():
        write_model(root / name, config=change, weights=False)
    (root / "not-json").mkdir()
    (root / "not-json" / "config.json").write_text('{"hidden_size": 32,')

    header, body = safetensors()
    name = "model.layers.1.mlp.up_proj.weight"
    for folder, content in {
        "truncated": (header, body[:-100], None), "big-header": (header, body, 1 << 40),
        "long-header": (header, body, 10**7), "header-not-json": (b"{not json", body, None),
        "empty-header": (b"", b"", None),
    }.items():
        write_model(root / folder, weights=False)
        write_safetensors(root / folder / "model.safetensors", content[0], content[1], content[2])
    write_model(root / "short-file", weights=False)
    (root / "short-file" / "model.safetensors").write_bytes(b"\x10\x00")
    write_model(root / "missing-tensor", weights=False)
    write_safetensors(root / "missing-tensor" / "model.safetensors", *safetensors(skip=(name,)))
    write_model(root / "wrong-shape", weights=False)
    write_safetensors(root / "wrong-shape" / "model.safetensors", *safetensors(reshape={name: (H, F)}))
    for folder, change in {"overlap": [0, 2048], "outside": [10**9, 10**9 + 8192], "backwards": [8192, 0]}.items():
        write_model(root / folder, weights=False)
        bent = json.loads(json.dumps(header))
        bent[name]["data_offsets"] = change
        write_safetensors(root / folder / "model.safetensors", bent, body)
    write_model(root / "odd-type", weights=False)
    bent = json.loads(json.dumps(header))
    bent[name]["dtype"] = "I8"
    write_safetensors(root / "odd-type" / "model.safetensors", bent, body)

    write_model(root / "tokenizer-not-json", tok='{"model": ')
    write_model(root / "tokenizer-wordpiece", tok=json.dumps(tokenizer() | {"model": {"type": "WordPiece"}}))
    write_model(root / "tokenizer-no-model", tok="{}")
    large = tokenizer()
    large["added_tokens"].append(dict(large["added_tokens"][0], id=999, content="<far>"))
    write_model(root / "tokenizer-large", tok=json.dumps(large))
    merges = tokenizer()
    merges["model"]["merges"] = [["a", "b"]]  # there is no "ab"
    write_model(root / "tokenizer-merge", tok=json.dumps(merges))
    write_model(root / "tokenizer-latin1", weights=False)
    (root / "tokenizer-latin1" / "tokenizer.json").write_bytes(b'{"model": "caf\xe9"}')
    write_model(root / "shards-not-json", weights=False)
    (root / "shards-not-json" / "model.safetensors.index.json").write_text('{"weight_map": [')
    write_model(root / "shard-missing", weights=False)
    (root / "shard-missing" / "model.safetensors.index.json").write_text(
        json.dumps({"weight_map": {key: "model-00001-of-00002.safetensors" for key, _ in shapes()}}))
    write_model(root / "no-tokenizer")
    (root / "no-tokenizer" / "tokenizer.json").unlink()


def broken_data(root):
    good = '{"question": "What is 1 + 1?", "answer": "2"}\n'
    (root / "empty.jsonl").write_text("")
    (root / "not-json.jsonl").write_text(good + "{'question': 1}\n")
    (root / "no-answer.jsonl").write_text(good + '{"question": "What?"}\n')
    (root / "number-answer.jsonl").write_text('{"question": "What?", "answer": 2}\n')
    (root / "list.jsonl").write_text("[1, 2]\n")
    (root / "latin1.jsonl").write_bytes(good.encode() + '{"question": "caf\xe9", "answer": "x"}\n'.encode("latin-1"))
    (root / "blank.jsonl").write_text("\n\n  \n")
    (root / "torn.jsonl").write_text(good + good[:20])
    (root / "no-length.jsonl").write_text('{"question": "", "answer": ""}\n' * 3)
    (root / "lone-surrogate.jsonl").write_text('{"question": "\\ud800", "answer": "x"}\n')
    (root / "too-long.jsonl").write_text(json.dumps({"question": "x" * 500, "answer": "y"}) + "\n")


def damaged_runs(root):
    """Directories whose run.json is not as cutlink writes it, each in one way."""
    info = {
        "schema": 1, "status": "finished", "name": "toy", "codecs": {"activation": "bf16", "gradient": "bf16"}, "seed": 1,
        "hash": "0" * 16, "scenario": {"name": "toy"},
        "model": {"path": "toy", "hidden": 32, "blocks": 3, "heads": 4, "kv_heads": 2, "head_dim": 8, "intermediate": 64,
                  "vocabulary": 258, "stored_dtype": "float32"},
        "data": {"train": None, "eval": None}, "link": {"name": "loopback"}, "world": "simulated",
    }
    whole = json.dumps(info)
    texts = {
        "no-codecs": json.dumps({key: value for key, value in info.items() if key != "codecs"}),
        "empty-codecs": json.dumps(info | {"codecs": {}}), "empty-data": json.dumps(info | {"data": {}}),
        "number": json.dumps(info | {"name": 7}), "no-summary": whole, "world": json.dumps(info | {"world": "real"}),
        "deep": "[" * 100000, "nul": whole + "\0garbage",
    }
    for name, text in texts.items():
        folder = root / "damaged" / name
        folder.mkdir(parents=True)
        (folder / "run.json").write_text(text)


def main():
    root = Path(sys.argv[1])
    root.mkdir(parents=True, exist_ok=True)
    write_model(root / "toy")
    write_model(root / "nan")
    write_safetensors(root / "nan" / "model.safetensors", *safetensors(scale=1e30))
    write_model(root / "no-numbers")
    write_safetensors(root / "no-numbers" / "model.safetensors", *safetensors(scale=float("nan")))
    with (root / "data.jsonl").open("w") as file:
        for i in range(24):
            file.write(json.dumps({"question": f"What is {i} + {i + 1}?", "answer": f"{i} + {i + 1} = {2 * i + 1}"}) + "\n")
    (root / "toy.toml").write_text(SCENARIO)
    (root / "rows.toml").write_text(SCENARIO.replace('"toy"\n', '"rows"\n', 1) + ROWS)
    broken_models(root)
    broken_data(root)
    scenarios = {
        "malformed": SCENARIO + "[train\n", "unclosed": 'name = "toy\n', "duplicate": SCENARIO + "[train]\nsteps = 2\n",
        "unknown-key": SCENARIO.replace("lr = 1e-3", "learning_rte = 1e-3"), "unknown-table": SCENARIO + "[trian]\nsteps = 2\n",
        "no-model": SCENARIO.replace('path = "toy"\n', ""), "no-data": SCENARIO.replace('eval = "data.jsonl"\n', ""),
        "date": SCENARIO.replace("steps = 4", "steps = 2026-01-01"), "text-steps": SCENARIO.replace("steps = 4", 'steps = "4"'),
        "row-key": SCENARIO + ROWS + "speed = 3\n", "row-twice": SCENARIO + ROWS + ROWS,
        "row-no-codec": SCENARIO + '[[compare]]\nname = "x"\n', "row-bad-codec": SCENARIO + '[[compare]]\nactivation = "uniform:bits=44"\n',
        "two-references": SCENARIO + ROWS.replace('"bf16"\n[', '"bf16"\nreference = true\n[') + "reference = true\n",
        "row-table": SCENARIO + "[compare]\nname = 1\n", "row-number": SCENARIO + "[[compare]]\nactivation = 4\n",
    }
    for name, text in scenarios.items():
        (root / f"{name}.toml").write_text(text)
    (root / "not-toml.toml").write_bytes(bytes(range(256)))
    (root / "link-unit.toml").write_text('kind = "fixed"\nup = "20M"\ndown = "20Mbit/s"\ndelay = "1ms"\n')
    (root / "link-kind.toml").write_text('kind = "pigeon"\n')
    for name, mode in (("garbage.pem", 0o600), ("open-key.pem", 0o644)):
        (root / name).write_text("garbage\n")
        (root / name).chmod(mode)
    damaged_runs(root)
    (root / "other-run").mkdir()
    (root / "other-run" / "run.json").write_text("{}")


if __name__ == "__main__":
    main()
