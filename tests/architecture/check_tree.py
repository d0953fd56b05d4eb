#!/usr/bin/env python3
"""The tree is the architecture: reads every #include of our code and checks it against the table of
src/DESIGN.md section 2 ("Who may include whom"), the torch rule, and the size of files.

Usage: check_tree.py [ROOT]     exit 0: all is well; 1: one line for each departure; 2: the table was not found
"""
import re
import sys
from pathlib import Path

SOURCE_SUFFIXES = {".cc", ".h", ".cu", ".cuh"}
TORCH_HEADER = re.compile(r"^(torch|ATen|c10)/")
TORCH_FOLDERS = {"model", "train", "run"}
MAX_LINES = 500


def read_table(design: str) -> dict[str, set[str]]:
    """folder -> folders it may include, from the Markdown table that follows "Who may include whom"."""
    lines = design.split("Who may include whom", 1)[1].splitlines()
    rows = [line for line in lines if line.startswith("|")]
    stop = next((i for i, line in enumerate(lines) if line.startswith("Torch headers")), len(lines))
    rows = [line for line in lines[:stop] if line.startswith("|")][2:]
    table: dict[str, set[str]] = {}
    for row in rows:
        left, right = (cell.strip() for cell in row.strip("|").split("|"))
        for folder in (name.strip() for name in left.split(",")):
            table[folder] = {name.strip() for name in right.split(",")} - {"–"}
    for allowed in table.values():
        if "all of these" in allowed:
            allowed.clear()
            allowed.update(table)
    return table


def folder_of(path: Path) -> str | None:
    parts = path.parts
    if parts[0] in ("codecs", "netsim"):
        return parts[0]
    return parts[1] if parts[0] == "src" and len(parts) > 2 else None


def departures(root: Path) -> list[str]:
    table = read_table((root / "src/DESIGN.md").read_text())
    found = []
    names: dict[str, Path] = {}
    for top in ("codecs", "netsim", "src", "tests", "tools", "scenarios"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix not in SOURCE_SUFFIXES | {".py", ".sh"} or not path.is_file():
                continue
            relative = path.relative_to(root)
            text = path.read_text(errors="replace")
            if text.count("\n") > MAX_LINES:
                found.append(f"{relative}: {text.count(chr(10))} lines (at most {MAX_LINES})")
            if path.suffix not in SOURCE_SUFFIXES:
                continue
            if path.name in names:
                found.append(f"{relative}: the same name as {names[path.name]}")
            names[path.name] = relative
            mine = folder_of(relative)
            if mine is None:
                continue
            if mine not in table:
                found.append(f"{relative}: folder {mine} is not in the table of src/DESIGN.md")
                continue
            for number, line in enumerate(text.splitlines(), 1):
                match = re.match(r'\s*#\s*include\s*[<"]([^">]+)[">]', line)
                if not match:
                    continue
                header = match.group(1)
                theirs = header.split("/")[0]
                if TORCH_HEADER.match(header) and mine not in TORCH_FOLDERS:
                    found.append(f"{relative}:{number}: {header}: {mine} knows no torch")
                if theirs in table and theirs != mine and theirs not in table[mine]:
                    found.append(f"{relative}:{number}: {header}: no arrow goes from {mine} to {theirs}")
                if header.endswith(".cc"):
                    found.append(f"{relative}:{number}: includes a .cc file")
                if ".." in header.split("/") or (match.group(0).find('"') >= 0 and theirs not in table):
                    found.append(f"{relative}:{number}: {header}: headers are named from the folder on")
    return found


def main() -> int:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    try:
        found = departures(root)
    except (OSError, IndexError, ValueError) as error:
        print(f"check_tree: the table of src/DESIGN.md could not be read: {error}", file=sys.stderr)
        return 2
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
