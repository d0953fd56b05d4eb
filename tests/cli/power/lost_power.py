#!/usr/bin/env python3
"""Power is lost in the middle of a run, and everything goes that was not synced: the run goes on from the newest
checkpoint that was complete, and its files are byte for byte those of a run that nobody disturbed.

  lost_power.py --binary build/release/cutlink --recorder librecord_files.so --work DIR [--moments 40]

The recorder writes down what a run does to its files. From that the disk's content at a moment follows: of every file
what it held at its last fsync, of every folder the names it held at its last fsync. No file system forgets more.
"""
import argparse
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
FILES = ["steps.csv", "messages.csv", "widths.csv", "adapters/merged/adapter_model.safetensors"]
RUN = ["run", "toy.toml", "--set", "train.steps=30", "--set", "checkpoint.every=4", "--set",
       "codec=amaq:start=6,target=3"]


def fail(why):
    sys.exit(f"lost_power: {why}")


class File:
    def __init__(self):
        self.now, self.kept = bytearray(), b""

    def sync(self):
        self.kept = bytes(self.now)

    def lay_down(self, path):
        path.write_bytes(self.kept)


class Folder:
    def __init__(self):
        self.now, self.kept = {}, {}

    def sync(self):
        self.kept = dict(self.now)

    def lay_down(self, path):
        path.mkdir()
        for name, entry in self.kept.items():
            entry.lay_down(path / name)


class Disk:
    """What the recorded operations leave; `root` is a folder that was there before."""

    def __init__(self, root):
        self.root, self.top, self.opened = str(root), Folder(), {}
        self.durable_step = None  # of the newest checkpoint that was complete on the disk

    def place(self, path):
        """The folder a path lies in, and its name there."""
        *above, name = path[len(self.root) + 1:].split("/")
        folder = self.top
        for part in above:
            folder = folder.now[part]
        return folder, name

    def entry(self, path):
        if path == self.root:
            return self.top
        folder, name = self.place(path)
        return folder.now[name]

    def apply(self, words, data):
        what, first = words[0], words[1]
        if what in ("make", "open"):
            if what == "make":
                folder, name = self.place(words[2])
                folder.now[name] = File()
            self.opened[first] = (self.entry(words[2]), words[2])
        elif what == "cut":
            file, size = self.opened[first][0], int(words[2])
            file.now = file.now[:size].ljust(size, b"\0")
        elif what == "write":
            file, offset = self.opened[first][0], int(words[2])
            file.now[offset:offset + len(data)] = data
        elif what == "sync":
            entry, path = self.opened[first]
            entry.sync()
            folder = Path(path).name
            if isinstance(entry, Folder) and folder.startswith("step-") and "complete.json" in entry.now:
                self.durable_step = int(folder.removeprefix("step-"))
        elif what == "folder":
            folder, name = self.place(first)
            folder.now[name] = Folder()
        elif what == "rename":
            folder, name = self.place(first)
            target, new_name = self.place(words[2])
            target.now[new_name] = folder.now.pop(name)
        elif what == "remove":
            folder, name = self.place(first)
            del folder.now[name]
        else:
            fail(f"the recorder wrote {words}")


def read_records(path):
    data, at = path.read_bytes(), 0
    while at < len(data):
        end = data.index(b"\n", at)
        words = data[at:end].decode().split(" ")
        at = end + 1
        size = int(words[3]) if words[0] == "write" else 0
        yield words, data[at:at + size]
        at += size


def status_of(run):
    path = run / "run.json"
    return json.loads(path.read_text())["status"] if path.exists() else None


def cutlink(options, work, *arguments, **environment):
    done = subprocess.run([str(options.binary), *RUN, *arguments], cwd=work, capture_output=True, text=True,
                          env=os.environ | {"CUTLINK_ROOT": str(ROOT)} | environment, timeout=120, check=False)
    if done.returncode != 0:
        fail(f"{' '.join(arguments)}: exit {done.returncode}: {done.stderr}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--recorder", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--moments", type=int, default=40)
    options = parser.parse_args()
    options.binary = options.binary.resolve()
    work = options.work.resolve()
    shutil.rmtree(work, ignore_errors=True)
    subprocess.run([sys.executable, str(HERE.parent / "make_fixtures.py"), str(work)], check=True)
    runs = work / "recorded"
    runs.mkdir()
    cutlink(options, work, "-o", "recorded/run", LD_PRELOAD=str(options.recorder.resolve()), RECORD_BELOW=str(runs),
            RECORD_TO=str(work / "records"))
    records = list(read_records(work / "records"))
    moments = sorted(random.Random(1).sample(range(len(records)), min(options.moments, len(records))))
    disk, resumed = Disk(runs), []
    for number, (words, data) in enumerate(records):
        disk.apply(words, data)
        if moments and number == moments[0]:
            moments.pop(0)
            after = work / "after"
            shutil.rmtree(after, ignore_errors=True)
            disk.top.lay_down(after)
            was_finished = status_of(after / "run") == "finished"
            cutlink(options, work, "-o", "after/run", "--resume")
            for name in FILES:
                if (after / "run" / name).read_bytes() != (runs / "run" / name).read_bytes():
                    fail(f"power lost after operation {number} ({' '.join(words)}): {name} differs")
            at = None if was_finished else json.loads((after / "run/run.json").read_text()).get("resumed_at_step")
            if not was_finished and (at or 0) < (disk.durable_step or 0):
                fail(f"power lost after operation {number} ({' '.join(words)}): went on from step {at}, but the "
                     f"checkpoint of step {disk.durable_step} was complete")
            resumed.append(at)
    print(f"power lost at {len(resumed)} moments of {len(records)}: every run went on to the same bytes; from step "
          f"{', '.join(str(step) for step in sorted({step for step in resumed if step}))} or the beginning")


if __name__ == "__main__":
    main()
