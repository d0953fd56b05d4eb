"""The pictures of tools/plot."""
import argparse
import sys
from collections import defaultdict
from pathlib import Path

import matplotlib
import matplotlib.colors

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import matplotlib.ticker  # noqa: E402
import numpy as np  # noqa: E402

from plot_summary import draw_summary  # noqa: E402
from plotted_runs import SMOOTH, Row, find_runs, rows_by_name, rows_of, running_mean  # noqa: E402

PARTS = [("payload", "#0072B2"), ("metadata", "#E69F00"), ("outlier", "#CC79A7"), ("labels", "#009E73"),
         ("header and descriptor", "#555555")]


def save(figure, path):
    figure.savefig(path, dpi=150)
    plt.close(figure)
    print(path)


def title_of(runs, kind):
    info = runs[0].info
    model, split = info["model"], info["scenario"]
    top = "vanilla" if split["split.shape"] == "vanilla" else f"U {split['split.bottom']}·{model['blocks'] - split['split.bottom'] - split['split.top']}·{split['split.top']}"
    lines = [f"{info['name']}: {kind}",
             f"world {info['world']} · link {info['link']['name']} · model {Path(model['path']).name}"
             f" ({model['blocks']} blocks, {model['hidden']} channels), split {top} · compute {info['compute']}"]
    return "\n".join(lines)


def draw_spread(axis, x, values, row, marker=None):
    """The seeds' mean, and where they are several the band from the lowest to the highest."""
    if marker and len(values) > 1:
        mean = values.mean(axis=0)
        axis.errorbar(x, mean, [mean - values.min(axis=0), values.max(axis=0) - mean], color=row.colour, linestyle=row.line,
                      marker=marker, markersize=4, linewidth=1.4, capsize=2.5, elinewidth=1.0, label=row.name)
        return
    axis.plot(x, values.mean(axis=0), color=row.colour, linestyle=row.line, marker=marker, markersize=4, linewidth=1.4,
              label=row.name)
    if len(values) > 1:
        axis.fill_between(x, values.min(axis=0), values.max(axis=0), color=row.colour, alpha=0.15, linewidth=0)


def tidy(axis):
    axis.grid(alpha=0.25)
    axis.spines[["top", "right"]].set_visible(False)


def plain_log(axis):
    """A logarithmic axis with plain numbers: rows that differ by a few per cent stay apart all the way down."""
    axis.set_yscale("log")
    axis.yaxis.set_major_locator(matplotlib.ticker.LogLocator(subs=(1, 2, 3, 5)))
    axis.yaxis.set_major_formatter(matplotlib.ticker.FormatStrFormatter("%g"))
    axis.yaxis.set_minor_formatter(matplotlib.ticker.NullFormatter())


def seeds_text(rows):
    most = max(len(row.runs) for row in rows)
    return f"mean of {most} seeds, spread from lowest to highest" if most > 1 else "one seed"


def legend_below(figure, axis):
    handles, labels = axis.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=min(len(labels), 5), frameon=False)


def plot_loss(runs, output):
    rows = rows_by_name(runs)
    if not rows:
        return
    figure, axes = plt.subplots(2, 3, figsize=(13, 8), sharey="row", sharex="col", layout="constrained")
    reference = next((row for row in rows if row.reference), None)
    compute_ns = reference.compute_ns() if reference else None
    for row in rows:
        loss, (done, evaluated) = row.loss(), row.evaluations()
        for column, x in enumerate(row.scales(compute_ns)):
            draw_spread(axes[0][column], x, loss, row)
            if len(done):
                draw_spread(axes[1][column], np.concatenate([[0.0], x])[done], evaluated, row, "o")
    titles = ["optimizer steps done", "counted traffic so far, MB (both directions)",
              f"{'virtual' if runs[0].info['world'] == 'simulated' else 'wall-clock'} time so far, s\n"
              + (f"(codecs and link of the row, compute of {reference.name})" if reference
                 else "(compute, codecs and link of each run)")]
    for axis, title in zip(axes[1], titles):
        axis.set_xlabel(title)
    axes[0][0].set_ylabel(f"training loss, nats a label token\n(running mean of {SMOOTH} steps, log scale)")
    axes[1][0].set_ylabel("evaluation loss, nats a label token\n(codecs in the loop, log scale)")
    for axis in axes.flat:
        tidy(axis)
        plain_log(axis)
        axis.tick_params(labelbottom=True)
    legend_below(figure, axes[0][0])
    figure.suptitle(title_of(runs, f"loss against steps, bytes and time ({seeds_text(rows)})"))
    save(figure, output / "loss.png")


def plot_difference(runs, output):
    """Every row's loss less the reference's of the same seed: what the codecs cost, without what the seeds do."""
    rows = rows_by_name(runs)
    references = [row for row in rows if row.reference]
    others = [row for row in rows if not row.reference]
    if not references or not others:
        return
    reference = references[0]
    theirs = {run.seed: Row("", [run], "", "") for run in reference.runs}
    figure, (training, evaluation) = plt.subplots(1, 2, figsize=(13, 5), layout="constrained")
    trained, drawn = [], False
    for row in others:
        pairs = [(Row("", [run], "", ""), theirs[run.seed]) for run in row.runs if run.seed in theirs]
        if not pairs:
            continue
        steps = min(min(a.steps, b.steps) for a, b in pairs)
        apart = np.array([(running_mean((a.column("loss")[0, :steps] - b.column("loss")[0, :steps]))) for a, b in pairs])
        draw_spread(training, np.arange(1, steps + 1), apart, row)
        trained.append(apart)
        both = [(dict(zip(*map(list, (a.evaluations()[0], a.evaluations()[1][0])))),
                 dict(zip(*map(list, (b.evaluations()[0], b.evaluations()[1][0]))))) for a, b in pairs]
        done = sorted(set.intersection(*(set(a) & set(b) for a, b in both)))
        done = [step for step in done if step > 0] or done
        if done:
            drawn = True
            draw_spread(evaluation, np.array(done), np.array([[a[step] - b[step] for step in done] for a, b in both]), row, "o")
    if not trained:
        plt.close(figure)
        return
    # The first tenth of a run, where all losses fall steeply, would set the scale for all the rest.
    late = np.concatenate([apart[:, apart.shape[1] // 10:].ravel() for apart in trained])
    room = 0.15 * max(float(np.ptp(late)), 1e-6)
    training.set_ylim(min(late.min(), 0.0) - room, max(late.max(), 0.0) + room)
    for axis, words in ((training, f"training loss (running mean of {SMOOTH} steps)"), (evaluation, "evaluation loss, codecs in the loop")):
        axis.axhline(0.0, color=reference.colour, linewidth=1.2)
        axis.set_title(words, fontsize=10)
        axis.set_xlabel("optimizer steps done")
        tidy(axis)
    evaluation.set_xlim(training.get_xlim())
    training.set_ylabel(f"loss less {reference.name}'s, nats a label token\n(above 0: worse)")
    evaluation.set_visible(drawn)
    legend_below(figure, training)
    figure.suptitle(title_of(runs, f"loss less {reference.name}'s of the same seed ({seeds_text(others)})"))
    save(figure, output / "loss-difference.png")


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
    figure, axis = plt.subplots(figsize=(11, 2.0 + 0.72 * len(bars)), layout="constrained")
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
    axis.set_yticks(ticks, [name.replace(" / ", " /\n") for name in names], fontsize=9)
    axis.invert_yaxis()
    axis.set_xlim(0, longest * 1.14 / scale)
    axis.set_xlabel(f"bytes a batch in the hold, {unit}, counted")
    axis.spines[["top", "right"]].set_visible(False)
    handles, labels = axis.get_legend_handles_labels()
    chosen = [(h, l) for h, l in zip(handles, labels) if l in used]
    figure.legend([h for h, _ in chosen], [l for _, l in chosen], loc="outside lower center", ncols=5, frameon=False)
    figure.suptitle(title_of(runs, "bytes a batch, by part"), fontsize=10)
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
    # A shade a whole bit: widths on the wire are whole numbers.
    shades = plt.get_cmap("viridis", int(top))
    steps = matplotlib.colors.BoundaryNorm(np.arange(0.5, top + 1.0), int(top))
    image = None
    for column, (crossing, grid) in enumerate(sorted(grids.items(), key=lambda item: item[0] != "act_up")):
        order = np.argsort(-grid[:, -1], kind="stable")
        heat, curve = axes[0][column], axes[1][column]
        image = heat.imshow(grid[order], aspect="auto", interpolation="nearest", cmap=shades, norm=steps,
                            extent=(0, grid.shape[1], grid.shape[0], 0))
        heat.set_title(crossing)
        heat.set_ylabel("channel, sorted by its last width" if column == 0 else "")
        mean = np.nanmean(grid, axis=0)
        curve.fill_between(np.arange(len(mean)) + 0.5, np.nanpercentile(grid, 10, axis=0), np.nanpercentile(grid, 90, axis=0),
                           color="#0072B2", alpha=0.2, label="10 to 90 % of the channels", step="mid")
        curve.plot(np.arange(len(mean)) + 0.5, mean, color="#0072B2", label="mean")
        for axis in (heat, curve):
            axis.axvline(run.hold_begins, color="#D55E00", linestyle="--", linewidth=1.2)
        curve.set_xlabel("optimizer steps done")
        curve.set_ylim(0, top + 0.3)
        curve.grid(alpha=0.25)
        curve.spines[["top", "right"]].set_visible(False)
        if column == 0:
            curve.set_ylabel("width, bits")
            curve.legend(frameon=False, fontsize=8, loc="lower right", ncols=2)
    figure.colorbar(image, ax=axes[0], label="width, bits", shrink=0.9, ticks=range(1, int(top) + 1))
    figure.suptitle(title_of([run], f"widths of {run.name(runs)} (dashed: the hold begins)"), fontsize=10)
    save(figure, output / f"widths-{run.folder.name}.png")


def main():
    parser = argparse.ArgumentParser(prog="tools/plot", description=__doc__)
    parser.add_argument("runs", metavar="RUN", nargs="+", type=Path, help="directory of a run or of a comparison")
    parser.add_argument("--output", type=Path, help="where the PNG files go (default: plots/ in the first RUN)")
    parser.add_argument("--summary", metavar="FILE", type=Path,
                        help="draw only the summary of a comparison, into this file (.svg, .png or .pdf)")
    options = parser.parse_args()
    runs = find_runs(options.runs)
    if options.summary:
        if not draw_summary(rows_by_name(runs), options.summary):
            sys.exit("plot: --summary needs a reference, another row, and an evaluation of each")
        return
    output = options.output or options.runs[0] / "plots"
    output.mkdir(parents=True, exist_ok=True)
    draw_summary(rows_by_name(runs), output / "summary.png")
    plot_loss(runs, output)
    plot_difference(runs, output)
    plot_bytes(runs, output)
    for run in runs:
        plot_widths(run, runs, output)


if __name__ == "__main__":
    main()
