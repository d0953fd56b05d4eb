#!/usr/bin/env python3
"""Ctrl-C in the middle of a run: exit code 130 with everything written; resumed, the run's files are byte for byte those
of one that nobody stopped.

  stop_and_resume.py --binary build/release/cutlink --work DIR
"""
import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
STEPS = 400
FILES = ["steps.csv", "messages.csv", "widths.csv", "events.jsonl", "adapters/merged/adapter_model.safetensors"]


def fail(why):
    sys.exit(f"stop_and_resume: {why}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    binary, work = options.binary.resolve(), options.work.resolve()
    shutil.rmtree(work, ignore_errors=True)
    subprocess.run([sys.executable, str(HERE / "make_fixtures.py"), str(work)], check=True)
    environment = os.environ | {"CUTLINK_ROOT": str(HERE.parents[1])}

    def start(directory, *more):
        command = [str(binary), "run", "toy.toml", "-o", directory, "--set", f"train.steps={STEPS}", "--set",
                   "codec=amaq:start=6,target=3", "--set", "gradient=uniform:bits=8-4,per=token,round=stochastic", *more]
        return subprocess.Popen(command, cwd=work, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    whole = start("whole")
    _, said = whole.communicate(timeout=300)
    if whole.returncode != 0:
        fail(f"the uninterrupted run: exit {whole.returncode}: {said.decode()}")

    stopped = start("stopped")
    checked, steps = work / "stopped" / "run.json", work / "stopped" / "steps.csv"
    begun = time.monotonic()
    while not steps.exists() or steps.read_bytes().count(b"\n") < 20:
        if stopped.poll() is not None or time.monotonic() - begun > 120:
            fail("the run to be stopped ended by itself, or wrote no steps")
        time.sleep(0.01)
    stopped.send_signal(signal.SIGINT)
    _, said = stopped.communicate(timeout=120)
    if stopped.returncode != 130:
        fail(f"stopped: exit {stopped.returncode}, not 130: {said.decode()}")
    if "--resume" not in said.decode():
        fail(f"the message does not say how to go on: {said.decode()}")
    info = json.loads(checked.read_text())
    if info["status"] != "interrupted" or not 0 < info["steps_done"] < STEPS:
        fail(f"run.json says {info['status']} after {info['steps_done']} steps")
    rows = (work / "stopped" / "steps.csv").read_text().splitlines()
    if len(rows) != info["steps_done"] + 1:
        fail(f"steps.csv has {len(rows) - 1} rows, {info['steps_done']} steps were done")
    if not (work / "stopped" / "adapters" / "merged" / "adapter_model.safetensors").exists():
        fail("no adapters were written")

    resumed = start("stopped", "--resume")
    _, said = resumed.communicate(timeout=300)
    if resumed.returncode != 0:
        fail(f"resumed: exit {resumed.returncode}: {said.decode()}")
    for name in FILES:
        if (work / "whole" / name).read_bytes() != (work / "stopped" / name).read_bytes():
            fail(f"{name} differs from the uninterrupted run's")
    print(f"stopped after {info['steps_done']} of {STEPS} steps, resumed: {len(FILES)} files are the same")


if __name__ == "__main__":
    main()
