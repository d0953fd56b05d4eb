#!/usr/bin/env python3
"""The tree is the architecture: reads every #include of our code and checks it against the table of src/DESIGN.md
section 2 ("Who may include whom"): the arrows, and that LibTorch's headers reach no wing without torch, through
whichever headers of ours. Also the size of files and folders, unique names, and a README a wing.

Usage: check_tree.py [ROOT]     exit 0: all is well; 1: one line for each departure; 2: the table was not found
"""
import functools
import re
import sys
from collections import Counter
from pathlib import Path

SOURCE_SUFFIXES = {".cc", ".h", ".cu", ".cuh"}
TORCH_HEADER = re.compile(r"^(torch|ATen|c10)/")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^">]+)[">]', re.M)
MAX_LINES = 500
MAX_FILES = 40  # code files of a folder
# A source that LibTorch's headers reach takes seconds to compile: so many may be in these folders together.
TORCH_BUDGETS = [(12, "sources of run, worlds and generate", ("src/run", "src/worlds", "src/generate")),
                 (30, "test sources outside model, train and session", ("tests",))]
# Headers of libraries that take seconds to compile, and who alone may include them: a pattern of the file's path.
DOORS = [("CLI/CLI.hpp", r"(src|tests)/cli/parser/[a-z_]+\.(cc|h)"),
         ("nlohmann/json.hpp", r".*\.cc|src/record/json_fields\.h|src/model/json_options\.h"),
         ("toml++/toml.h", r".*\.cc|src/scenario/(toml_text|comparison_rows)\.h")]
TORCH_TESTS = ("tests/model", "tests/train", "tests/session")


def read_table(design: str) -> dict[str, tuple[set[str], bool]]:
    """wing -> the wings that it may include, and whether it may see torch."""
    lines = design.split("Who may include whom", 1)[1].splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("|"))
    rows = []
    for line in lines[first:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    table = {}
    for wings, includes, torch in rows[2:]:
        for wing in wings.split(", "):
            table[wing] = (set(includes.split(", ")) - {"–"}, torch == "yes")
    return {wing: (set(table) if "all of these" in includes else includes, torch)
            for wing, (includes, torch) in table.items()}


def wing_of(path: Path) -> str | None:
    parts = path.parts
    if parts[0] in ("codecs", "netsim"):
        return parts[0]
    return parts[1] if parts[0] == "src" and len(parts) > 2 else None


class Tree:
    def __init__(self, root: Path):
        self.root = root
        self.texts = {}
        for top in ("codecs", "netsim", "src", "tests", "tools", "scenarios"):
            for path in sorted((root / top).rglob("*")):
                if path.suffix in SOURCE_SUFFIXES | {".py", ".sh"} and path.is_file():
                    self.texts[path.relative_to(root)] = path.read_text(errors="replace")
        self.sources = {path for path in self.texts if path.suffix in SOURCE_SUFFIXES}

    def find(self, header: str) -> Path | None:
        """The file of ours that an include names."""
        for place in ("src", "", "tests"):
            if (path := Path(place, header)) in self.sources:
                return path
        return None

    @functools.lru_cache(maxsize=None)
    def way_to_torch(self, path: Path) -> tuple[str, ...]:
        """The includes by which a header of LibTorch reaches this file; empty: none does."""
        seen, ways = {path}, [(path, ())]
        while ways:
            at, way = ways.pop()
            for _, header in INCLUDE.findall(self.texts[at]):
                if TORCH_HEADER.match(header):
                    return (*way, header)
                if (found := self.find(header)) and found not in seen:
                    seen.add(found)
                    ways.append((found, (*way, header)))
        return ()


def wrong_includes(tree: Tree, path: Path, table) -> list[str]:
    wing = wing_of(path)
    if wing is None:
        return []
    if wing not in table:
        return [f"{path}: wing {wing} is not in the table of src/DESIGN.md"]
    allowed, torch = table[wing]
    found = []
    text = tree.texts[path]
    for match in INCLUDE.finditer(text):
        number = text.count("\n", 0, match.start()) + 1
        quote, header = match.groups()
        theirs = header.split("/")[0] if "/" in header else ""
        if theirs in table and theirs != wing and theirs not in allowed:
            found.append(f"{path}:{number}: {header}: no arrow goes from {wing} to {theirs}")
        if header.endswith(".cc"):
            found.append(f"{path}:{number}: includes a .cc file")
        if ".." in header.split("/") or (quote == '"' and theirs not in table):
            found.append(f"{path}:{number}: {header}: headers are named from the folder on")
    if not torch and (way := tree.way_to_torch(path)):
        found.append(f"{path}: {wing} knows no torch, which reaches it by {' → '.join(way)}")
    return found


def past_doors(tree: Tree, path: Path) -> list[str]:
    included = {header for _, header in INCLUDE.findall(tree.texts[path])}
    return [f"{path}: only {who} may include {header}" for header, who in DOORS
            if header in included and not re.fullmatch(who, str(path))]


def over_budget(tree: Tree) -> list[str]:
    found = []
    for most, what, folders in TORCH_BUDGETS:
        reached = [path for path in sorted(tree.sources) if path.suffix == ".cc"
                   and str(path).startswith(tuple(f"{folder}/" for folder in folders))
                   and not str(path).startswith(TORCH_TESTS) and tree.way_to_torch(path)]
        if len(reached) > most:
            found.append(f"torch reaches {len(reached)} {what} (at most {most}): {', '.join(map(str, reached))}")
    return found


def departures(root: Path) -> list[str]:
    table = read_table((root / "src/DESIGN.md").read_text())
    tree = Tree(root)
    found = []
    names: dict[str, Path] = {}
    for path, text in tree.texts.items():
        if text.count("\n") > MAX_LINES:
            found.append(f"{path}: {text.count(chr(10))} lines (at most {MAX_LINES})")
        if path not in tree.sources:
            continue
        if path.name in names:
            found.append(f"{path}: the same name as {names[path.name]}")
        names[path.name] = path
        found += wrong_includes(tree, path, table) + past_doors(tree, path)
    folders = Counter(path.parent for path in tree.sources)
    found += [f"{folder}: {count} code files (at most {MAX_FILES})"
              for folder, count in folders.items() if count > MAX_FILES]
    wings = {Path(*path.parts[:1 if path.parts[0] != "src" else 2]) for path in tree.sources if wing_of(path)}
    found += [f"{wing}: no README.md" for wing in sorted(wings) if not (root / wing / "README.md").exists()]
    return found + over_budget(tree)


def main() -> int:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    try:
        found = departures(root)
    except (OSError, IndexError, ValueError, StopIteration) as error:
        print(f"check_tree: the table of src/DESIGN.md could not be read: {error!r}", file=sys.stderr)
        return 2
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
