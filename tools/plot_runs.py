"""The pictures of tools/plot."""
import argparse
import csv
import json
import sys
from collections import defaultdict
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402

# Okabe and Ito's colours: told apart with any kind of colour vision.
COLOURS = ["#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D31"]
PARTS = [("payload", "#0072B2"), ("metadata", "#E69F00"), ("outlier", "#CC79A7"), ("labels", "#009E73"),
         ("header and descriptor", "#555555")]
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


def colours_of(runs):
    names = list(dict.fromkeys(run.row for run in runs))
    return {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(names)}


def save(figure, path):
    figure.savefig(path, dpi=150)
    plt.close(figure)
    print(path)


def running_mean(values):
    if len(values) < 2 * SMOOTH:
        return values
    kernel = np.ones(SMOOTH)
    return np.convolve(values, kernel, "same") / np.convolve(np.ones(len(values)), kernel, "same")


def plot_loss(runs, output):
    trained = [run for run in runs if run.steps]
    if not trained:
        return
    colours = colours_of(runs)
    figure, axes = plt.subplots(2, 3, figsize=(13, 7.2), sharey="row", layout="constrained")
    for run in trained:
        steps = run.column("step") + 1
        traffic = np.cumsum(run.column("up_bytes") + run.column("down_bytes"))
        scales = [steps, traffic / 1e6, run.column("now_ns") / 1e9]
        loss, colour, name = run.column("loss"), colours[run.row], run.name(trained)
        for axis, x in zip(axes[0], scales):
            axis.plot(x, running_mean(loss), color=colour, linewidth=1.4, label=name, alpha=0.9)
        done = np.array([e["step"] for e in run.evaluations])
        values = np.array([e["loss"] for e in run.evaluations])
        for axis, x in zip(axes[1], scales):
            at = np.concatenate([[0.0], x])[done]
            axis.plot(at, values, "o-", color=colour, linewidth=1.4, markersize=3.5, label=name)
    titles = ["optimizer step", "counted traffic, MB (both directions)", "virtual time, s (each run's own compute, and link)"]
    for axis, title in zip(axes[1], titles):
        axis.set_xlabel(title)
    axes[0][0].set_ylabel(f"training loss, nats a label token\n(mean of {SMOOTH} steps)")
    axes[1][0].set_ylabel("evaluation loss, codecs in the loop")
    for axis in axes.flat:
        axis.grid(alpha=0.25)
        axis.spines[["top", "right"]].set_visible(False)
    handles, labels = axes[1][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=min(len(labels), 5), frameon=False)
    figure.suptitle(title_of(runs))
    save(figure, output / "loss.png")


def title_of(runs):
    info = runs[0].info
    return f"{info['name']}: link {info['link']['name']} (simulated), compute {info['compute']}"


def plot_bytes(runs, output):
    trained = [run for run in runs if run.steps]
    if not trained:
        return
    bars = {}
    for run in trained:
        if run.row in bars:
            continue  # seeds differ by little: the first stands for all
        sums, steps = defaultdict(float), set()
        last = len(run.steps)
        first = run.hold_begins if run.hold_begins < last else 0
        for m in rows_of(run.folder / "messages.csv"):
            if m["phase"] != "train" or int(m["step"]) < first:
                continue
            steps.add(m["step"])
            for part, column in (("payload", "payload_bytes"), ("metadata", "metadata_bytes"), ("outlier", "outlier_bytes"),
                                 ("labels", "label_bytes"), ("header and descriptor", "header_bytes"),
                                 ("header and descriptor", "descriptor_bytes")):
                sums[m["direction"], part] += float(m[column])
        bars[run.row] = {key: value / max(len(steps), 1) for key, value in sums.items()}
    figure, axis = plt.subplots(figsize=(9, 1.4 + 0.72 * len(bars)), layout="constrained")
    ticks, names = [], []
    longest = max(sum(v for (d, _), v in bar.items() if d == way) for bar in bars.values() for way in ("up", "down"))
    scale, unit = (1e6, "MB") if longest >= 1e6 else (1e3, "kB")
    for index, (name, bar) in enumerate(bars.items()):
        for offset, way in ((-0.19, "up"), (0.19, "down")):
            left, y = 0.0, index + offset
            for part, colour in PARTS:
                size = bar.get((way, part), 0.0)
                axis.barh(y, size / scale, 0.34, left=left / scale, color=colour,
                          label=part if index == 0 and way == "up" else None)
                left += size
            axis.text((left + 0.01 * longest) / scale, y, f"{left / scale:.3g} {unit} {way}", va="center", fontsize=8)
        ticks.append(index)
        names.append(name)
    used = {part for bar in bars.values() for (_, part), value in bar.items() if value > 0}
    axis.set_yticks(ticks, names)
    axis.invert_yaxis()
    axis.set_xlim(0, longest * 1.14 / scale)
    axis.set_xlabel(f"bytes a batch in the hold, {unit}, counted")
    axis.spines[["top", "right"]].set_visible(False)
    handles, labels = axis.get_legend_handles_labels()
    chosen = [(h, l) for h, l in zip(handles, labels) if l in used]
    figure.legend([h for h, _ in chosen], [l for _, l in chosen], loc="outside lower center", ncols=5, frameon=False)
    figure.suptitle(title_of(runs))
    save(figure, output / "bytes.png")


def widths_over_time(rows, steps):
    """(channels, steps) from the sparse table: a width holds until the next row."""
    channels = 1 + max(int(row["channel"]) for row in rows)
    grid = np.full((channels, steps), np.nan)
    for row in rows:  # in the order of steps
        grid[int(row["channel"]), int(row["step"]):] = float(row["width_bits"])
    return grid


def plot_widths(run, runs, output):
    by_crossing = defaultdict(list)
    for row in rows_of(run.folder / "widths.csv"):
        by_crossing[row["crossing"]].append(row)
    grids = {c: widths_over_time(rows, len(run.steps)) for c, rows in by_crossing.items() if c.startswith("act")}
    # A codec whose widths neither differ nor change needs no picture.
    grids = {c: g for c, g in grids.items() if np.nanmin(g) != np.nanmax(g)}
    if not grids:
        return
    figure, axes = plt.subplots(2, len(grids), figsize=(1.5 + 5.2 * len(grids), 6.4), squeeze=False, layout="constrained",
                                height_ratios=[3, 1.2], sharex="col")
    top = max(8.0, max(np.nanmax(g) for g in grids.values()))
    image = None
    for column, (crossing, grid) in enumerate(sorted(grids.items(), key=lambda item: item[0] != "act_up")):
        order = np.argsort(-grid[:, -1], kind="stable")
        heat, curve = axes[0][column], axes[1][column]
        image = heat.imshow(grid[order], aspect="auto", interpolation="nearest", cmap="viridis", vmin=0, vmax=top,
                            extent=(0, grid.shape[1], grid.shape[0], 0))
        heat.set_title(crossing)
        heat.set_ylabel("channel, sorted by its last width" if column == 0 else "")
        mean = np.nanmean(grid, axis=0)
        curve.fill_between(np.arange(len(mean)) + 0.5, np.nanpercentile(grid, 10, axis=0), np.nanpercentile(grid, 90, axis=0),
                           color="#0072B2", alpha=0.2, label="10 to 90 % of the channels", step="mid")
        curve.plot(np.arange(len(mean)) + 0.5, mean, color="#0072B2", label="mean")
        for axis in (heat, curve):
            axis.axvline(run.hold_begins, color="#D55E00", linestyle="--", linewidth=1.2)
        curve.set_xlabel("optimizer step")
        curve.set_ylim(0, top + 0.3)
        curve.grid(alpha=0.25)
        curve.spines[["top", "right"]].set_visible(False)
        if column == 0:
            curve.set_ylabel("width, bits")
            curve.legend(frameon=False, fontsize=8, loc="lower left")
    figure.colorbar(image, ax=axes[0], label="width, bits", shrink=0.9)
    figure.suptitle(f"{run.info['name']}, {run.name(runs)}: widths (dashed: the hold begins)")
    save(figure, output / f"widths-{run.folder.name}.png")


def main():
    parser = argparse.ArgumentParser(prog="tools/plot", description=__doc__)
    parser.add_argument("runs", metavar="RUN", nargs="+", type=Path, help="directory of a run or of a comparison")
    parser.add_argument("--output", type=Path, help="where the PNG files go (default: plots/ in the first RUN)")
    options = parser.parse_args()
    runs = find_runs(options.runs)
    output = options.output or options.runs[0] / "plots"
    output.mkdir(parents=True, exist_ok=True)
    plot_loss(runs, output)
    plot_bytes(runs, output)
    for run in runs:
        plot_widths(run, runs, output)


if __name__ == "__main__":
    main()
