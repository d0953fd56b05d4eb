#!/usr/bin/env python3
"""A signal in the middle of a run: exit code 130 with everything written; resumed, the run's files are byte for byte
those of one that nobody stopped. A toy model is stopped once; the demo's model, whose products are large enough for
LibTorch's own kernels, by each signal at several moments: a handler that does harm to what it interrupts does so only
now and then.

  stop_and_resume.py --binary build/release/cutlink --work DIR [--moments 3]
"""
import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FILES = ["steps.csv", "messages.csv", "widths.csv", "events.jsonl", "adapters/merged/adapter_model.safetensors"]
CODECS = ["--set", "codec=amaq:start=6,target=3", "--set", "gradient=uniform:bits=8-4,per=token,round=stochastic"]
TOY = ["toy.toml", "--set", "train.steps=400"]
# Everything but time is as in the demo; with a profile's times every file is exactly repeatable.
DEMO = [str(ROOT / "scenarios/demo.toml"), "--set", "compute=profile:laptop-cpu", "--set", "data.eval_limit=8"]
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1]


def fail(why):
    sys.exit(f"stop_and_resume: {why}")


class Runs:
    def __init__(self, binary, work):
        self.binary, self.work = binary, work

    def start(self, scenario, directory, *more):
        return subprocess.Popen([str(self.binary), "run", *scenario, "-o", directory, *CODECS, *more], cwd=self.work,
                                env=os.environ | {"CUTLINK_ROOT": str(ROOT)}, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def finish(self, what, process):
        _, said = process.communicate(timeout=300)
        if process.returncode != 0:
            fail(f"{what}: exit {process.returncode}: {said.decode()}")

    def rows(self, directory):
        path = self.work / directory / "steps.csv"
        return max(path.read_bytes().count(b"\n") - 1, 0) if path.exists() else 0

    def interrupt(self, process, directory, rows, delay=0.0, sent=signal.SIGINT):
        """The signal `sent`, `delay` seconds after the table has so many rows; the steps that were done."""
        begun = time.monotonic()
        while self.rows(directory) < rows:
            if process.poll() is not None or time.monotonic() - begun > 120:
                process.kill()
                fail(f"{directory}: to be stopped after {rows} steps, it ended by itself, or wrote no steps: "
                     f"{process.communicate()[1].decode()}")
            time.sleep(0.005)
        time.sleep(delay)
        process.send_signal(sent)
        _, said = process.communicate(timeout=120)
        if process.returncode != 130:
            fail(f"{directory} stopped by {sent.name}: exit {process.returncode}, not 130: {said.decode()}")
        if "--resume" not in said.decode():
            fail(f"the message does not say how to go on: {said.decode()}")
        info = json.loads((self.work / directory / "run.json").read_text())
        if info["status"] != "interrupted" or info["steps_done"] < rows:
            fail(f"{directory}/run.json says {info['status']} after {info['steps_done']} steps")
        if self.rows(directory) != info["steps_done"]:
            fail(f"steps.csv has {self.rows(directory)} rows, {info['steps_done']} steps were done")
        if not (self.work / directory / FILES[-1]).exists():
            fail("no adapters were written")
        return info["steps_done"]

    def compare(self, one, other):
        for name in FILES:
            if (self.work / one / name).read_bytes() != (self.work / other / name).read_bytes():
                fail(f"{other}/{name} differs from the uninterrupted run's")


def stopped_with_its_reader(runs):
    """`cutlink run … 2>&1 | tee log`: the same Ctrl-C ends the reader, and what is written must not end the run."""
    process = runs.start(TOY, "unread")
    while runs.rows("unread") < 20:
        time.sleep(0.005)
    process.stdout.close()
    process.stderr.close()
    process.send_signal(signal.SIGINT)
    process.wait(timeout=120)
    info = json.loads((runs.work / "unread" / "run.json").read_text())
    if info["status"] != "interrupted":
        fail(f"stopped with its reader: run.json says {info['status']}")
    runs.finish("resumed without a reader", runs.start(TOY, "unread", "--resume"))
    runs.compare("whole", "unread")
    print("stopped with its reader, resumed: the same")


def stopped_once(runs):
    runs.finish("the uninterrupted run", runs.start(TOY, "whole"))
    done = runs.interrupt(runs.start(TOY, "stopped"), "stopped", 20)
    runs.finish("resumed", runs.start(TOY, "stopped", "--resume"))
    runs.compare("whole", "stopped")
    print(f"stopped after {done} steps, resumed: {len(FILES)} files are the same")


def stopped_often(runs, moments):
    demo = [*DEMO, "--set", f"train.steps={20 + 5 * len(SIGNALS) * moments}"]
    runs.finish("the demo uninterrupted", runs.start(demo, "demo-whole"))
    moment, done = random.Random(1), []
    for sent in SIGNALS * moments:
        process = runs.start(demo, "demo-stopped", *(["--resume"] if done else []))
        # A step takes some hundredths of a second: anywhere in it.
        rows = (done[-1] if done else 0) + 1
        done.append(runs.interrupt(process, "demo-stopped", rows, moment.uniform(0.0, 0.1), sent))
    runs.finish("the demo resumed", runs.start(demo, "demo-stopped", "--resume"))
    runs.compare("demo-whole", "demo-stopped")
    print(f"the demo stopped after {', '.join(map(str, done))} steps: {len(FILES)} files are the same")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--moments", type=int, default=3, help="of each signal")
    options = parser.parse_args()
    work = options.work.resolve()
    shutil.rmtree(work, ignore_errors=True)
    subprocess.run([sys.executable, str(HERE / "make_fixtures.py"), str(work)], check=True)
    runs = Runs(options.binary.resolve(), work)
    stopped_once(runs)
    stopped_with_its_reader(runs)
    stopped_often(runs, options.moments)


if __name__ == "__main__":
    main()
