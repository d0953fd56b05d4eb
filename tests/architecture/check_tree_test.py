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
        for name, text in {"src/DESIGN.md": DESIGN, **files}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        done = subprocess.run([sys.executable, HERE / "check_tree.py", root], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


class CheckTree(unittest.TestCase):
    def test_allowed_arrows_pass(self):
        self.assertEqual(check({"src/run/a.cc": '#include "netsim/link.h"\n#include <ATen/ATen.h>\n',
                                "codecs/b.cc": '#include "base/rng.h"\n#include <vector>\n'}), (0, ""))

    def test_forbidden_arrow(self):
        code, text = check({"codecs/a.cc": '#include "netsim/link.h"\n'})
        self.assertEqual(code, 1)
        self.assertIn("codecs/a.cc:1: netsim/link.h: no arrow goes from codecs to netsim", text)

    def test_base_includes_nothing_of_ours(self):
        self.assertEqual(check({"src/base/a.h": '#include "wire/frame.h"\n'})[0], 1)

    def test_torch_where_it_may_not_be(self):
        code, text = check({"netsim/a.h": "#include <torch/torch.h>\n"})
        self.assertEqual(code, 1)
        self.assertIn("netsim knows no torch", text)

    def test_file_too_long(self):
        self.assertIn("501 lines", check({"tests/run/a.cc": "\n" * 501})[1])
        self.assertEqual(check({"tests/run/a.cc": "\n" * 500})[0], 0)

    def test_names_are_unique(self):
        self.assertIn("the same name as", check({"codecs/x/a.h": "\n", "src/run/a.h": "\n"})[1])

    def test_relative_include(self):
        self.assertEqual(check({"src/run/a.cc": '#include "../base/rng.h"\n'})[0], 1)

    def test_missing_table(self):
        self.assertEqual(check({"src/DESIGN.md": "no table"})[0], 2)


if __name__ == "__main__":
    unittest.main()
