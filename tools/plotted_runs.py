"""Runs as tools/plot_runs.py draws them: read from their files, gathered in rows of the same codecs."""
import csv
import json
import sys
from collections import defaultdict

import numpy as np

# Okabe and Ito's colours: told apart with any kind of colour vision.
COLOURS = ["#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D31"]
LINES = ["-", "--", ":"]  # when the colours are used up
PHASES = ["client_bottom_forward", "server_forward", "client_top", "server_backward", "client_bottom_backward"]
SMOOTH = 9  # steps of the running mean that the thick training line shows


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


class Run:
    def __init__(self, folder):
        self.folder = folder
        self.info = json.loads((folder / "run.json").read_text())
        codecs = self.info["codecs"]
        self.row = self.info.get("row") or f"{codecs['activation']} / {codecs['gradient']}"
        self.seed = self.info["seed"]
        self.steps = rows_of(folder / "steps.csv")
        self.hold_begins = self.info.get("hold_begins", 0)
        self.evaluations = self.info.get("evaluations", [])

    def column(self, name):
        return np.array([float(row[name]) for row in self.steps])

    def name(self, all_runs):
        several = sum(other.row == self.row for other in all_runs) > 1
        return f"{self.row}, seed {self.seed}" if several else self.row


def find_runs(folders):
    runs = []
    for folder in folders:
        found = [folder] if (folder / "run.json").exists() else sorted(p.parent for p in folder.glob("*/run.json"))
        if not found:
            sys.exit(f"plot: {folder}: no run directory (no run.json in it or one level below)")
        runs += [Run(p) for p in found if (p / "steps.csv").exists()]
    runs.sort(key=lambda run: (run.info.get("row_index", 0), run.seed))
    return runs


def running_mean(values):
    if len(values) < 2 * SMOOTH:
        return values
    kernel = np.ones(SMOOTH)
    return np.convolve(values, kernel, "same") / np.convolve(np.ones(len(values)), kernel, "same")


class Row:
    """One codec set: its runs of all seeds, cut to the steps that all of them have."""

    def __init__(self, name, runs, colour, line):
        self.name, self.runs, self.colour, self.line = name, runs, colour, line
        self.steps = min(len(run.steps) for run in runs)
        self.reference = any(run.info.get("reference") for run in runs)

    def column(self, name):
        """(seeds, steps)"""
        return np.array([run.column(name)[:self.steps] for run in self.runs])

    def loss(self):
        return np.array([running_mean(seed) for seed in self.column("loss")])

    def compute_ns(self):
        """Of a step, both halves: for each phase the median over all steps and seeds, as in the table."""
        return sum(float(np.median(self.column(f"{phase}_ns"))) for phase in PHASES)

    def coding_ns(self):
        """(seeds, steps): each seed's median before the hold, and in it, as the widths differ."""
        coding = self.column("codec_ns")
        for run, times in zip(self.runs, coding):
            for part in (times[:run.hold_begins], times[run.hold_begins:]):
                part[:] = np.median(part) if len(part) else 0.0
        return coding

    def scales(self, compute_ns=None):
        """What the loss is drawn over, mean of the seeds: steps done, MB, seconds. compute_ns: of a step, in place of
        what this row measured, so that rows differ by codec and link only, as in the table."""
        traffic = np.cumsum(self.column("up_bytes") + self.column("down_bytes"), axis=1)
        if compute_ns is None:
            now = self.column("now_ns")
        else:
            now = np.cumsum(compute_ns + self.coding_ns() + self.column("link_ns"), axis=1)
        return [np.arange(1, self.steps + 1), traffic.mean(axis=0) / 1e6, now.mean(axis=0) / 1e9]

    def evaluations(self):
        """Steps done, and losses (seeds, evaluations), where every seed has one."""
        by_seed = [{e["step"]: e["loss"] for e in run.evaluations if e["step"] <= self.steps} for run in self.runs]
        done = sorted(set.intersection(*(set(seed) for seed in by_seed)))
        return np.array(done, dtype=int), np.array([[seed[step] for step in done] for seed in by_seed])


def rows_by_name(runs):
    groups = defaultdict(list)
    for run in runs:
        if run.steps:
            groups[run.row].append(run)
    return [Row(name, group, COLOURS[i % len(COLOURS)], LINES[i // len(COLOURS) % len(LINES)])
            for i, (name, group) in enumerate(groups.items())]
