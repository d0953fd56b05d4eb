"""One picture of a comparison for people who see it for the first time. Each codec set is a row; beside each other
stand what it sends, how long a batch takes, and how well the model learned."""
import matplotlib.pyplot as plt
import numpy as np

GREY, DARK, BLUE, ORANGE = "#B5B5B5", "#333333", "#0072B2", "#E69F00"


class Bar:
    """What the picture says of one codec set; a batch is one of the common hold."""

    def __init__(self, row, hold_begins, compute_ns):
        hold = slice(hold_begins if hold_begins < row.steps else 0, row.steps)
        self.name = row.name
        self.kilobytes = (row.column("up_bytes") + row.column("down_bytes"))[:, hold].mean() / 1e3
        self.compute_ms = compute_ns / 1e6
        # Medians: a step that waited for other work on the machine also finds TCP's window shrunk. The table replays
        # all messages with the same compute instead; the two agree to a per cent or two.
        self.codec_ms = float(np.median(row.column("codec_ns")[:, hold])) / 1e6
        self.link_ms = float(np.median(row.column("link_ns")[:, hold])) / 1e6
        done, losses = row.evaluations()
        self.losses = losses[:, -1] if len(done) else np.array([])


def label_of(bar):
    return f"{bar.name}\n(not compressed)" if bar.name == "bf16" else bar.name


def bare(axis, title, below):
    axis.set_title(title, loc="left", fontsize=10.5, fontweight="bold", pad=20)
    axis.text(0.0, 1.012, below, transform=axis.transAxes, fontsize=8.5, color="#555555", va="bottom")
    axis.spines[["top", "right", "left"]].set_visible(False)
    axis.tick_params(axis="y", length=0)
    axis.grid(axis="x", alpha=0.25)
    axis.set_axisbelow(True)


def write_values(axis, ends, texts):
    room = max(ends)
    for y, (end, text) in enumerate(zip(ends, texts)):
        axis.text(end + 0.02 * room, y, text, va="center", fontsize=9, color=DARK)
    axis.set_xlim(0, room * 1.32)


def draw_bytes(axis, bars):
    reference = bars[0].kilobytes
    axis.barh(range(len(bars)), [bar.kilobytes for bar in bars], 0.56, color=[GREY] + [BLUE] * (len(bars) - 1))
    write_values(axis, [bar.kilobytes for bar in bars],
                 [f"{bar.kilobytes:.0f} kB" + (f"  ÷ {reference / bar.kilobytes:.1f}" if bar is not bars[0] else "")
                  for bar in bars])
    bare(axis, "Bytes a batch", "everything that crosses, both ways: less is better")


def draw_time(axis, bars, info):
    work = "measured" if info["compute"] == "measured" else "assumed"
    link = "simulated" if info["world"] == "simulated" else "measured"
    y, left = range(len(bars)), np.zeros(len(bars))
    for label, colour, values in ((f"compute ({work})", GREY, [bar.compute_ms for bar in bars]),
                                  (f"codec ({work})", ORANGE, [bar.codec_ms for bar in bars]),
                                  (f"link ({link})", BLUE, [bar.link_ms for bar in bars])):
        axis.barh(y, values, 0.56, left=left, color=colour, label=label)
        left = left + values
    write_values(axis, left, [f"{total:.0f} ms" for total in left])
    bare(axis, "Time a batch", "both halves, codecs and link: less is better")
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=3, frameon=False, fontsize=8.5, handlelength=1.0,
                columnspacing=1.0, handletextpad=0.5)


def draw_loss(axis, bars):
    best = bars[0].losses.mean()
    low, high = min(bar.losses.min() for bar in bars), max(bar.losses.max() for bar in bars)
    room = max(high - low, 1e-3)
    axis.axvline(best, color=GREY, linewidth=1.4, zorder=1)
    for y, bar in enumerate(bars):
        mean, colour = bar.losses.mean(), DARK if bar is bars[0] else BLUE
        axis.plot([best, mean], [y, y], color=colour, linewidth=1.4, zorder=2)
        if len(bar.losses) > 1:
            axis.plot([bar.losses.min(), bar.losses.max()], [y + 0.2, y + 0.2], color="#555555", linewidth=1.0)
        axis.plot(mean, y, "o", color=colour, markersize=7, zorder=3)
        apart = "" if bar is bars[0] else f" ({mean - best:+.3f})".replace("-", "−")
        axis.text(max(mean, best) + 0.05 * room, y, f"{mean:.3f}{apart}", va="center", fontsize=9, color=DARK)
    axis.set_xlim(low - 0.15 * room, high + 0.85 * room)
    bare(axis, "Loss after training", "on new items: less is better (axis not from 0)")


def below_of(info, rows, hold_begins):
    """Where the figures come from."""
    model, link, seeds = info["model"], info["link"], len(rows[0].runs)
    where = f"{info['threads']} of {info['host']['cores']} cores ({info['host']['cpu'].strip()})"
    compute = f"measured on {where}, the same in all rows" if info["compute"] == "measured" else info["compute"]
    spread = f"mean of {seeds} seeds, thin line from the lowest to the highest" if seeds > 1 else "one seed"
    return "\n".join([
        f"Bytes and times: steps {hold_begins + 1} to {rows[0].steps}, when no width falls any more. Loss: after step "
        f"{rows[0].steps}, {spread}.",
        f"Model: {model['name']}, {model['blocks']} blocks, {model['hidden']} channels.",
        f"World: {info['world']}. Link: {link['description']}. Compute: {compute}.",
    ])


def draw_summary(rows, path):
    """False if there is nothing to compare: no reference, or a row that was not evaluated."""
    rows = sorted(rows, key=lambda row: not row.reference)
    if len(rows) < 2 or not rows[0].reference:
        return False
    info = dict(rows[0].runs[0].info)
    # As in the table: the steps at which no row's widths come down any more, and the reference's compute for all.
    hold_begins = max(run.hold_begins for row in rows for run in row.runs)
    bars = [Bar(row, hold_begins, rows[0].compute_ns()) for row in rows]
    if any(len(bar.losses) == 0 for bar in bars):
        return False
    is_embedded = info["model"]["path"] == "scenarios/models/tiny"
    name = "the embedded small one" if is_embedded else info["model"]["path"].split("/")[-1]
    info["model"] = {**info["model"], "name": name}
    figure, axes = plt.subplots(1, 3, figsize=(11.5, 2.1 + 0.5 * len(bars)), sharey=True)
    draw_bytes(axes[0], bars)
    draw_time(axes[1], bars, info)
    draw_loss(axes[2], bars)
    axes[0].set_yticks(range(len(bars)), [label_of(bar) for bar in bars], fontsize=10)
    axes[0].invert_yaxis()
    inches = figure.get_size_inches()[1]
    figure.subplots_adjust(left=0.125, right=0.985, wspace=0.12, top=1 - 1.0 / inches, bottom=1.15 / inches)
    how = "a simulated link" if info["world"] == "simulated" else f"a link ({info['world']})"
    title = f"{info['name']}: a language model, cut in two across {how}, is fine-tuned with each codec"
    figure.suptitle(title, x=0.012, y=1 - 0.12 / inches, va="top", ha="left", fontsize=13, fontweight="bold")
    figure.text(0.012, 0.1 / inches, below_of(info, rows, hold_begins), fontsize=8.5, color="#555555", va="bottom")
    # Nothing in the file says when it was made: the same runs give the same file.
    with plt.rc_context({"svg.hashsalt": "cutlink", "svg.fonttype": "path"}):
        figure.savefig(path, dpi=150, metadata={"Date": None} if path.suffix == ".svg" else {"Software": None})
    plt.close(figure)
    print(path)
    return True
