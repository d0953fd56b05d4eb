#!/usr/bin/env python3
"""The same training step in PyTorch with transformers and peft, for tools/compare-pytorch.

Usage: pytorch_step.py MODEL_DIR BATCHES.json fp32|bf16 THREADS
Reads "step" lines on stdin, answers "wall_ns cpu_ns loss"; at the end prints the peak memory in KiB.
"""
import json
import resource
import sys
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def padded(sequences):
    """Hugging Face's own form of a batch: padded to the longest, labels −100 where masked or padded."""
    longest = max(len(s["ids"]) for s in sequences)
    ids = torch.zeros(len(sequences), longest, dtype=torch.long)
    mask = torch.zeros_like(ids)
    labels = torch.full_like(ids, -100)
    for row, s in enumerate(sequences):
        n = len(s["ids"])
        ids[row, :n] = torch.tensor(s["ids"])
        mask[row, :n] = 1
        labels[row, :n] = torch.tensor(s["labels"])
    return {"input_ids": ids, "attention_mask": mask}, labels


def main():
    directory, batches, dtype, threads = sys.argv[1:5]
    torch.set_num_threads(int(threads))
    torch.manual_seed(1)
    model = AutoModelForCausalLM.from_pretrained(
        directory, dtype=torch.bfloat16 if dtype == "bf16" else torch.float32)
    config = LoraConfig(r=16, lora_alpha=32, target_modules=TARGETS, lora_dropout=0.0, bias="none",
                        task_type="CAUSAL_LM")
    model = get_peft_model(model, config)
    model.train()
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=5e-4, weight_decay=0.0)
    prepared = [padded(batch) for batch in json.load(open(batches))]

    print("ready", flush=True)
    step = 0
    for line in sys.stdin:
        if line.strip() != "step":
            break
        inputs, labels = prepared[step % len(prepared)]
        wall, cpu = time.perf_counter_ns(), time.process_time_ns()
        # shift_labels: the labels are already the tokens that each position shall predict.
        loss = model(**inputs, labels=labels, shift_labels=labels, use_cache=False).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        value = loss.item()
        print(time.perf_counter_ns() - wall, time.process_time_ns() - cpu, value, flush=True)
        step += 1
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, flush=True)


main()
