"""What the long tests of live runs share: the program, small runs, and what must be equal between two of them."""
import csv
import functools
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CUTLINK = pathlib.Path(os.environ.get("CUTLINK", ROOT / "build/release/cutlink"))
MODEL = ROOT / "scenarios/models/tiny"
ADAPTERS = [f"adapters/{half}/adapter_model.safetensors" for half in ("client", "server", "merged")]


def fail(message, code=2):
    print(f"long-tests: {message}", file=sys.stderr)
    sys.exit(code)


def check_program():
    if not os.access(CUTLINK, os.X_OK):
        fail(f"{CUTLINK} is missing: run tools/build")


def run_line(output, settings, *more):
    """The command line of one run of the demo with these settings, a list of KEY=VALUE."""
    line = [str(CUTLINK), "run", "scenarios/demo.toml", "--output", str(output)]
    for setting in settings:
        line += ["--set", setting]
    return line + [str(word) for word in more]


def start(line, log, **more):
    """A process in the background, with one thread of computation that does not spin; `log` gets all it says."""
    environment = {**os.environ, "GOMP_SPINCOUNT": os.environ.get("GOMP_SPINCOUNT", "1000"), "OMP_NUM_THREADS": "1"}
    with open(log, "ab") as out:
        return subprocess.Popen(line, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, **more)


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@functools.cache
def deterministic_columns(file):
    """Those that src/record/COLUMNS.md marks `yes` in the section of this file: alike in every world."""
    section = (ROOT / "src/record/COLUMNS.md").read_text(encoding="utf-8").split(f"\n## {file}\n")[1].split("\n## ")[0]
    lines = [[cell.strip() for cell in line.split("|")] for line in section.splitlines() if line.startswith("| `")]
    return [cells[1].strip("`") for cells in lines if cells[-2] == "yes"]


def deterministic(directory, file):
    return [[row[name] for name in deterministic_columns(file)] for row in rows_of(directory / file)]


def differences(directory, whole):
    """Names of the files in which a live run differs from the simulated, uninterrupted one."""
    differing = [name for name in ["widths.csv", *ADAPTERS]
                 if (directory / name).read_bytes() != (whole / name).read_bytes()]
    return differing + [name for name in ("steps.csv", "messages.csv")
                        if deterministic(directory, name) != deterministic(whole, name)]
