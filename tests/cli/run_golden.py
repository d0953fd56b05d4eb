#!/usr/bin/env python3
"""Golden tests of the command line: runs the cases of files and compares exit code, stdout and stderr exactly.

  run_golden.py --binary build/release/cutlink --work DIR tests/cli/cases/*.cases
  run_golden.py … --update      writes what came out into the case files (look at the difference before committing)
  run_golden.py --preloaded build/asan/tests/preloaded …      all command lines in forks of one process that has the program
                                loaded (preloaded.cc): much faster under a sanitizer, one after the other

A case file is a list of cases:

    ## title
    $ cutlink run toy.toml
    exit 2
    stdout: …lines, each after two blanks
    stderr: …the same

The cases of a file run in one directory made by make_fixtures.py; files run side by side where each command line starts
the program. Of outputs only the directories (DIR, ROOT), version and commit (VERSION) and the last two of four decimals
are replaced. A case with exit code 2 must leave no file behind and none changed: nothing half-written.
"""
import argparse
import json
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


def environment(work):
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("CUTLINK")}
    return inherited | {"CUTLINK_ROOT": str(ROOT), "CUTLINK_GSM8K": str(work / "nowhere"), "LC_ALL": "C.UTF-8"}


class Program:
    """The program, started for every command line."""

    def __init__(self, binary):
        self.binary = binary

    def run(self, words, work):
        """Exit code, stdout and stderr of a command line in the directory `work`."""
        done = subprocess.run([str(self.binary), *words[1:]], cwd=work, env=environment(work), capture_output=True,
                              timeout=300)
        return done.returncode, done.stdout, done.stderr


class Preloaded:
    """The program, loaded once; a command line runs in a fork of it. One at a time."""

    def __init__(self, binary, folder):
        self.said = [folder / "stdout", folder / "stderr"]
        folder.mkdir(parents=True, exist_ok=True)
        # With GOMP_SPINCOUNT set the program does not start itself anew to set it.
        self.process = subprocess.Popen([str(binary)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=environment(folder) | {"GOMP_SPINCOUNT": "1000"})

    def run(self, words, work):
        request = {"directory": str(work), "words": words, "stdout": str(self.said[0]), "stderr": str(self.said[1])}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"{self.process.args[0]} ended at: {shlex.join(words)}")
        return int(answer), *(path.read_bytes() for path in self.said)


def run_case(case, program, work):
    words = shlex.split(case["command"])
    assert words[0] == "cutlink", case["command"]
    before = snapshot(work)
    code, stdout, stderr = program.run(words, work)
    after = snapshot(work)
    result = dict(case, exit=code, stdout=normalise(stdout.decode(errors="replace"), work),
                  stderr=normalise(stderr.decode(errors="replace"), work))
    complaints = []
    if code == 2 and before != after:
        complaints.append("left or changed: " + ", ".join(sorted(k for k in after if before.get(k) != after[k])))
    if code == 2 and len(result["stderr"]) != 1:
        complaints.append("an error must be one line")
    return result, complaints


def run_file(path, program, fixtures, options):
    """Failed and all cases of one file."""
    work = options.work.resolve() / path.stem
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(fixtures, work)
    cases, results, failed = read_cases(path), [], 0
    comment = "".join(line + "\n" for line in path.read_text().splitlines() if line.startswith("# "))
    for case in cases:
        result, complaints = run_case(case, program, work)
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
    program = parser.add_mutually_exclusive_group(required=True)
    program.add_argument("--binary", type=Path)
    program.add_argument("--preloaded", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("files", type=Path, nargs="+")
    options = parser.parse_args()
    if options.binary:
        program, workers = Program(options.binary.resolve()), os.cpu_count()
    else:
        program, workers = Preloaded(options.preloaded.resolve(), options.work.resolve() / "preloaded"), 1
    fixtures = options.work.resolve() / "fixtures"
    shutil.rmtree(fixtures, ignore_errors=True)
    subprocess.run([sys.executable, str(HERE / "make_fixtures.py"), str(fixtures)], check=True)
    with ThreadPoolExecutor(max_workers=workers) as pool:
        counts = list(pool.map(lambda path: run_file(path, program, fixtures, options), options.files))
    failed, total = (sum(column) for column in zip(*counts))
    print(f"{total - failed} of {total} cases as written")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
