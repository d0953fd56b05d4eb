"""What transformers and peft compute, for llama_full_test.cc.

llama_reference.py write FOLDER            tiny random checkpoints with logits, losses, adapters and gradients
llama_reference.py smollm2 MODEL FOLDER    logits of a real model
llama_reference.py check FOLDER            loads what cutlink wrote (model/, adapter/) and compares logits
"""
import os
import sys

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

LENGTHS = [9, 1, 14, 5]
BASE = dict(vocab_size=67, hidden_size=48, intermediate_size=80, num_hidden_layers=3, num_attention_heads=6,
            num_key_value_heads=6, max_position_embeddings=64, rms_norm_eps=1e-5, rope_theta=10000.0,
            tie_word_embeddings=False, eos_token_id=2)
CASES = {
    "own_keys": dict(),
    "gqa2_tied": dict(num_key_value_heads=3, tie_word_embeddings=True),
    "gqa3_theta": dict(num_key_value_heads=2, rope_theta=100000.0, rms_norm_eps=1e-6),
    "head_dim": dict(num_key_value_heads=2, head_dim=16, hidden_size=60),
    "one_key_head": dict(num_key_value_heads=1, eos_token_id=[2, 5]),
    "sharded": dict(num_key_value_heads=2),
}
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def sequences(vocabulary, lengths):
    generator = torch.Generator().manual_seed(1)
    return [torch.randint(0, vocabulary, (n,), generator=generator) for n in lengths]


def logits(model, batch):
    return torch.cat([model(input_ids=ids[None]).logits[0] for ids in batch]).float()


def loss_sum(model, batch):
    """Every row but a sequence's last predicts the next token."""
    total = 0.0
    for ids in batch:
        if len(ids) > 1:
            predicted = model(input_ids=ids[None]).logits[0, :-1].float()
            total = total + torch.nn.functional.cross_entropy(predicted, ids[1:], reduction="sum")
    return total


def write_case(folder, name, options):
    torch.manual_seed(hash_of(name))
    model = LlamaForCausalLM(LlamaConfig(**{**BASE, **options})).eval()
    for parameter in model.parameters():  # norms are ones and logits flat otherwise
        parameter.data += 0.08 * torch.randn_like(parameter)
    path = os.path.join(folder, name)
    model.save_pretrained(path, max_shard_size="20KB" if name == "sharded" else "5GB")
    batch = sequences(model.config.vocab_size, LENGTHS)
    result = {"ids": torch.cat(batch).float()}
    with torch.no_grad():
        result["logits"] = logits(model, batch)

    tuned = get_peft_model(model, LoraConfig(r=4, lora_alpha=12, target_modules=TARGETS, task_type="CAUSAL_LM"))
    for key, parameter in tuned.named_parameters():
        if "lora_B" in key:
            parameter.data = 0.1 * torch.randn_like(parameter)
    tuned.save_pretrained(os.path.join(path, "adapter"))
    with torch.no_grad():
        result["tuned_logits"] = logits(tuned, batch)
    loss = loss_sum(tuned, batch)
    loss.backward()
    result["loss"] = loss.detach().reshape(1)
    for key, parameter in tuned.named_parameters():
        if parameter.grad is not None:
            short = key.removeprefix("base_model.model.").replace(".default", "")
            result["grad." + short] = parameter.grad.contiguous()
    save_file(result, os.path.join(path, "reference.safetensors"))


def hash_of(name):
    return sum(ord(c) * 31**i for i, c in enumerate(name)) % 2**31


def write_smollm2(model_path, folder):
    model = AutoModelForCausalLM.from_pretrained(model_path, dtype=torch.float32).eval()
    batch = sequences(model.config.vocab_size, [24, 7])
    with torch.no_grad():
        save_file({"ids": torch.cat(batch).float(), "logits": logits(model, batch)},
                  os.path.join(folder, "reference.safetensors"))


def check(folder):
    expected = load_file(os.path.join(folder, "reference.safetensors"))
    lengths = [int(n) for n in expected["lengths"]]
    batch = list(expected["ids"].long().split(lengths))
    model = AutoModelForCausalLM.from_pretrained(os.path.join(folder, "model"), dtype=torch.float32).eval()
    with torch.no_grad():
        compare("model", logits(model, batch), expected["logits"])
        tuned = PeftModel.from_pretrained(model, os.path.join(folder, "adapter")).eval()
        compare("adapter", logits(tuned, batch), expected["tuned_logits"])


def compare(what, ours, theirs):
    difference = (ours - theirs).abs().max().item()
    print(f"{what}: largest difference {difference:.2e}")
    if not difference <= 1e-4:
        sys.exit(f"{what}: logits differ by {difference}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    if sys.argv[1] == "write":
        for case, changes in CASES.items():
            write_case(sys.argv[2], case, changes)
    elif sys.argv[1] == "smollm2":
        write_smollm2(sys.argv[2], sys.argv[3])
    elif sys.argv[1] == "check":
        check(sys.argv[2])
    else:
        sys.exit(__doc__)
