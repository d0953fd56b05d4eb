#!/usr/bin/env python3
"""Golden tests of the command line: runs the cases of files and compares exit code, stdout and stderr exactly.

  run_golden.py --binary build/release/cutlink --work DIR tests/cli/cases/*.cases
  run_golden.py … --update      writes what came out into the case files (look at the difference before committing)

A case file is a list of cases:

    ## title
    $ cutlink run toy.toml
    exit 2
    stdout: …lines, each after two blanks
    stderr: …the same

The cases of a file run in one directory made by make_fixtures.py; files run side by side. Of outputs only the
directories (DIR, ROOT), version and commit (VERSION) and the last two of four decimals are replaced. A case with exit
code 2 must leave no file behind and none changed: nothing half-written.
"""
import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def read_cases(path):
    cases, case, part = [], None, None
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("## "):
            case, part = {"title": line[3:], "command": None, "exit": None, "stdout": [], "stderr": []}, None
            cases.append(case)
        elif line.startswith("$ "):
            case["command"] = line[2:]
        elif line.startswith("exit "):
            case["exit"] = int(line[5:])
        elif line in ("stdout:", "stderr:"):
            part = line[:-1]
        elif line.startswith("  ") and part:
            case[part].append(line[2:])
        elif line.strip() and not line.startswith("# "):
            sys.exit(f"{path}:{number}: not understood: {line}")
    return cases


def render(cases, comment):
    text = comment
    for case in cases:
        text += f"## {case['title']}\n$ {case['command']}\nexit {case['exit']}\n"
        for part in ("stdout", "stderr"):
            if case[part]:
                text += f"{part}:\n" + "".join(f"  {line}\n" if line else "  \n" for line in case[part])
        text += "\n"
    return text.rstrip("\n") + "\n"


def normalise(text, work):
    text = text.replace(str(work), "DIR")
    if work.is_relative_to(ROOT):  # paths below the data root are printed relative to it
        text = text.replace(str(work.relative_to(ROOT)), "DIR")
    text = text.replace(str(ROOT), "ROOT")
    text = re.sub(r"cutlink \d+\.\d+\.\d+( \([0-9a-f]+(-dirty)?\))?", "cutlink VERSION", text)
    # Losses to two decimals: processors differ in the last bits of a sum.
    text = re.sub(r"\b(\d+\.\d\d)\d\d\b", r"\1..", text)
    return text.splitlines()


def snapshot(work):
    return {str(p.relative_to(work)): (p.stat().st_mtime_ns, p.stat().st_size) for p in work.rglob("*")}


def run_case(case, binary, work):
    command = shlex.split(case["command"])
    assert command[0] == "cutlink", case["command"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CUTLINK")}
    environment |= {"CUTLINK_ROOT": str(ROOT), "CUTLINK_GSM8K": str(work / "nowhere"), "LC_ALL": "C.UTF-8"}
    before = snapshot(work)
    done = subprocess.run([str(binary), *command[1:]], cwd=work, env=environment, capture_output=True, timeout=300)
    after = snapshot(work)
    result = dict(case, exit=done.returncode, stdout=normalise(done.stdout.decode(errors="replace"), work),
                  stderr=normalise(done.stderr.decode(errors="replace"), work))
    complaints = []
    if done.returncode == 2 and before != after:
        complaints.append("left or changed: " + ", ".join(sorted(k for k in after if before.get(k) != after[k])))
    if done.returncode == 2 and len(result["stderr"]) != 1:
        complaints.append("an error must be one line")
    return result, complaints


def run_file(path, options):
    """Failed and all cases of one file."""
    work = options.work.resolve() / path.stem
    shutil.rmtree(work, ignore_errors=True)
    subprocess.run([sys.executable, str(HERE / "make_fixtures.py"), str(work)], check=True)
    cases, results, failed = read_cases(path), [], 0
    comment = "".join(line + "\n" for line in path.read_text().splitlines() if line.startswith("# "))
    for case in cases:
        result, complaints = run_case(case, options.binary.resolve(), work)
        results.append(result)
        if not options.update:
            for key in ("exit", "stdout", "stderr"):
                if case[key] != result[key]:
                    complaints.append(f"{key}: expected {case[key]!r}\n    got      {result[key]!r}")
        if complaints:
            failed += 1
            print(f"{path.name}: {case['title']}\n    $ {case['command']}\n    " + "\n    ".join(complaints))
    if options.update:
        path.write_text(render(results, comment))
    return failed, len(cases)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("files", type=Path, nargs="+")
    options = parser.parse_args()
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        counts = list(pool.map(lambda path: run_file(path, options), options.files))
    failed, total = (sum(column) for column in zip(*counts))
    print(f"{total - failed} of {total} cases as written")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
