#!/usr/bin/env python3
"""Times one LoRA training step of cutlink against the same step in PyTorch (transformers + peft): same checkpoint,
batch, dtype, adapters, threads. The processes live side by side and take turns, so that a busy machine hurts all
alike; the table gives medians with their spread, and peak memory.

  tools/compare-pytorch                                  SmolLM2, fp32, 4 sequences of GSM8K at most 224 tokens
  tools/compare-pytorch --dtype bf16 --repetitions 15    the same in bf16
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def find_gsm8k() -> Path | None:
    for folder in (os.environ.get("CUTLINK_GSM8K"), ROOT / "data/gsm8k"):
        for name in ("train.jsonl", "gsm8k_train.jsonl"):
            if folder and (Path(folder) / name).exists():
                return Path(folder) / name
    return None


def make_batches(model: Path, batch: int, length: int, count: int):
    from transformers import AutoTokenizer
    source = find_gsm8k()
    if source is None:
        sys.exit("compare-pytorch: GSM8K was not found: put train.jsonl into data/gsm8k or set CUTLINK_GSM8K")
    tokenizer = AutoTokenizer.from_pretrained(model)
    batches, sequences = [], []
    for line in source.open():
        item = json.loads(line)
        prompt = tokenizer(f"Question: {item['question']}\nAnswer:", add_special_tokens=False)["input_ids"]
        answer = tokenizer(f" {item['answer']}", add_special_tokens=False)["input_ids"] + [tokenizer.eos_token_id]
        ids = (prompt + answer)[:length + 1]
        labels = [-100] * (len(prompt) - 1) + ids[len(prompt):]
        sequences.append({"ids": ids[:-1], "labels": labels[:len(ids) - 1]})
        if len(sequences) == batch:
            batches.append(sequences)
            sequences = []
        if len(batches) == count:
            return batches
    return batches


class Worker:
    def __init__(self, name, command):
        self.name, self.wall, self.cpu, self.losses, self.memory = name, [], [], [], 0
        environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=environment)
        self.expect("ready")

    def expect(self, word):
        line = self.process.stdout.readline().strip()
        if line != word:
            sys.exit(f"compare-pytorch: {self.name} did not start (see its message above)")

    def step(self, keep):
        print("step", file=self.process.stdin, flush=True)
        wall, cpu, loss = self.process.stdout.readline().split()
        self.losses.append(float(loss))
        if keep:
            self.wall.append(int(wall) / 1e6)
            self.cpu.append(int(cpu) / 1e6)

    def finish(self):
        print("quit", file=self.process.stdin, flush=True)
        self.memory = int(self.process.stdout.readline()) / 1024
        self.process.wait()


def spread(values):
    low, _, high = statistics.quantiles(values, n=4)
    return f"{statistics.median(values):8.0f} [{low:.0f}–{high:.0f}]"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=ROOT / "models/smollm2-135m")
    parser.add_argument("--dtype", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--batch", type=int, default=4, help="sequences of a micro-batch")
    parser.add_argument("--length", type=int, default=224, help="tokens of a sequence at most")
    parser.add_argument("--repetitions", type=int, default=10)
    parser.add_argument("--warmup", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--same-length", action="store_true",
                        help="cut all sequences of a batch to the shortest: PyTorch then pads nothing")
    parser.add_argument("--export-json", type=Path)
    arguments = parser.parse_args()
    bench = ROOT / "build/release/step_bench"
    if not bench.exists():
        sys.exit("compare-pytorch: build/release/step_bench is missing: run `tools/build release step_bench`")
    if not (arguments.model / "config.json").exists():
        sys.exit(f"compare-pytorch: no model in {arguments.model}: run `tools/fetch-model smollm2-135m`")
    batches = make_batches(arguments.model, arguments.batch, arguments.length, 8)
    if arguments.same_length:
        for batch in batches:
            shortest = min(len(s["ids"]) for s in batch)
            for s in batch:
                # The end is kept, so that every sequence keeps label tokens.
                s["ids"], s["labels"] = s["ids"][-shortest:], s["labels"][-shortest:]

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "batches.json"
        path.write_text(json.dumps(batches))
        common = [str(arguments.model), str(path)]
        tail = [arguments.dtype, str(arguments.threads)]
        workers = [
            Worker("PyTorch (transformers + peft)",
                   [sys.executable, str(ROOT / "tools/pytorch_step.py"), *common, *tail]),
            Worker("cutlink, unsplit", [str(bench), *common, "unsplit", *tail]),
            Worker("cutlink, split, bf16 codecs", [str(bench), *common, "split", *tail, "bf16"]),
        ]
        for i in range(arguments.warmup + arguments.repetitions):
            for worker in workers[i % 3:] + workers[:i % 3]:
                worker.step(keep=i >= arguments.warmup)
        for worker in workers:
            worker.finish()

    tokens = sum(len(s["ids"]) for batch in batches for s in batch) / len(batches)
    padded = sum(len(b) * max(len(s["ids"]) for s in b) for b in batches) / len(batches)
    print(f"{arguments.model.name} · {arguments.dtype} · {arguments.batch} sequences, {tokens:.0f} tokens a step "
          f"({padded:.0f} with PyTorch's padding) · LoRA r 16 · {arguments.threads} threads · "
          f"median [quartiles] of {arguments.repetitions}; ratios: medians of the ratios of neighbouring steps")
    print(f"{'':32}{'wall ms':>22}{'CPU ms':>22}{'wall ×':>9}{'CPU ×':>8}{'peak MiB':>10}{'first loss':>12}")
    reference = workers[0]
    rows = []
    for worker in workers:
        # Ratios step by step against the neighbour in time, then their median.
        wall = statistics.median(a / b for a, b in zip(worker.wall, reference.wall))
        cpu = statistics.median(a / b for a, b in zip(worker.cpu, reference.cpu))
        rows.append({"name": worker.name, "wall_ms": worker.wall, "cpu_ms": worker.cpu, "wall_ratio": wall,
                     "cpu_ratio": cpu, "peak_mib": worker.memory, "losses": worker.losses})
        print(f"{worker.name:32}{spread(worker.wall):>22}{spread(worker.cpu):>22}{wall:9.3f}{cpu:8.3f}"
              f"{worker.memory:10.0f}{worker.losses[0]:12.5f}")
    split = statistics.median(a / b for a, b in zip(workers[2].cpu, workers[1].cpu))
    print(f"split ÷ unsplit, CPU: {split:.3f}")
    if arguments.export_json:
        arguments.export_json.write_text(json.dumps({"arguments": vars(arguments), "rows": rows}, default=str))


main()
