#!/usr/bin/env python3
"""check_tree.py must find what it is there to find: each case breaks one rule in a small tree."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
DESIGN = (HERE.parents[1] / "src/DESIGN.md").read_text()


def check(files: dict[str, str]) -> tuple[int, str]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        wings = {"/".join(name.split("/")[:2 if name.startswith("src/") else 1]) for name in files
                 if name.startswith("src/") and name.count("/") > 1 or name.startswith(("codecs/", "netsim/"))}
        readmes = {f"{wing}/README.md": "" for wing in wings}
        for name, text in {"src/DESIGN.md": DESIGN, **readmes, **files}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            if text is not None:
                (root / name).write_text(text)
        done = subprocess.run([sys.executable, HERE / "check_tree.py", root], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


class CheckTree(unittest.TestCase):
    def test_allowed_arrows_pass(self):
        self.assertEqual(check({"src/run/a.cc": '#include "netsim/link.h"\n#include <ATen/ATen.h>\n',
                                "codecs/b.cc": '#include "base/rng.h"\n#include <vector>\n',
                                "src/compare/c.cc": "#include <compare>\n"}), (0, ""))

    def test_forbidden_arrow(self):
        code, text = check({"codecs/a.cc": '#include "netsim/link.h"\n'})
        self.assertEqual(code, 1)
        self.assertIn("codecs/a.cc:1: netsim/link.h: no arrow goes from codecs to netsim", text)

    def test_base_includes_nothing_of_ours(self):
        self.assertEqual(check({"src/base/a.h": '#include "wire/frame.h"\n'})[0], 1)

    def test_every_wing_of_the_table_is_read(self):
        for wing in ("base", "wire", "model", "train", "scenario", "session", "record", "export", "worlds", "run",
                     "generate", "compare"):
            code, text = check({f"src/{wing}/a.h": '#include "cli/command_line.h"\n'})
            self.assertIn(f"no arrow goes from {wing} to cli", text)

    def test_torch_where_it_may_not_be(self):
        code, text = check({"netsim/a.h": "#include <torch/torch.h>\n"})
        self.assertEqual(code, 1)
        self.assertIn("netsim knows no torch", text)

    def test_torch_through_headers(self):
        code, text = check({"src/model/tensor.h": "#include <ATen/core/Tensor.h>\n",
                            "src/train/spec.h": '#include "model/tensor.h"\n',
                            "src/scenario/scenario.h": '#include "train/spec.h"\n'})
        self.assertEqual(code, 1)
        self.assertIn("src/scenario/scenario.h: scenario knows no torch, which reaches it by "
                      "train/spec.h → model/tensor.h → ATen/core/Tensor.h", text)
        self.assertNotIn("src/train/spec.h:", text)

    def test_doors(self):
        parser = "#include <CLI/CLI.hpp>\n"
        self.assertEqual(check({"src/cli/parser/parser.cc": parser}), (0, ""))
        self.assertIn("src/cli/run.cc: only", check({"src/cli/run.cc": parser})[1])
        self.assertIn("src/run/a.h: only", check({"src/run/a.h": "#include <nlohmann/json.hpp>\n"})[1])

    def test_torch_budgets(self):
        torch = "#include <ATen/ATen.h>\n"
        sources = {f"src/{wing}/{wing}_{i}.cc": torch for wing in ("run", "worlds", "generate") for i in range(4)}
        self.assertEqual(check(sources), (0, ""))
        self.assertIn("torch reaches 13 sources of run, worlds and generate (at most 12)",
                      check({**sources, "src/run/last.cc": torch})[1])
        tests = {f"tests/run/test_{i}.cc": torch for i in range(30)} | {"tests/train/own.cc": torch}
        self.assertEqual(check(tests), (0, ""))
        self.assertIn("torch reaches 31 test sources", check({**tests, "tests/cli/last.cc": torch})[1])

    def test_file_too_long(self):
        self.assertIn("501 lines", check({"tests/run/a.cc": "\n" * 501})[1])
        self.assertEqual(check({"tests/run/a.cc": "\n" * 500})[0], 0)

    def test_folder_too_full(self):
        files = {f"src/run/a{i}.cc": "" for i in range(41)}
        self.assertIn("src/run: 41 code files (at most 40)", check(files)[1])

    def test_wings_have_readmes(self):
        self.assertIn("src/run: no README.md", check({"src/run/a.cc": "", "src/run/README.md": None})[1])

    def test_names_are_unique(self):
        self.assertIn("the same name as", check({"codecs/x/a.h": "\n", "src/run/a.h": "\n"})[1])

    def test_relative_include(self):
        self.assertEqual(check({"src/run/a.cc": '#include "../base/rng.h"\n'})[0], 1)

    def test_missing_table(self):
        self.assertEqual(check({"src/DESIGN.md": "no table"})[0], 2)


if __name__ == "__main__":
    unittest.main()
