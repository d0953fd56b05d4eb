"""Live runs of the toy model as real processes: what tests of faults start, wait for and compare."""
import ctypes
import os
import shutil
import subprocess
import sys
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tools"))
import live_runs  # noqa: E402  what must be equal between two runs

STEPS = 300
PATIENCE = 120  # seconds, for what takes one or two
CODECS = ["--set", "codec=amaq:start=6,target=3", "--set", "gradient=uniform:bits=8-4,per=token,round=stochastic"]


class Options:
    binary = None
    work = None
    mounts = False  # whether this process may mount for itself


def cpu_seconds(pid):
    """Of all threads, to the nanosecond."""
    return sum(int((task / "schedstat").read_text().split()[0]) for task in Path(f"/proc/{pid}/task").iterdir()) / 1e9


def wait_for(what, condition):
    begun = time.monotonic()
    while not (value := condition()):
        if time.monotonic() - begun > PATIENCE:
            raise AssertionError(f"{what}: not within {PATIENCE} s")
        time.sleep(0.005)
    return value


def can_mount():
    """Whether this process has a mount namespace of its own now, so that what it mounts is nobody else's."""
    new_namespace, private_everywhere = 0x00020000, 0x4000 | 0x40000  # CLONE_NEWNS; MS_REC | MS_PRIVATE
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.unshare(new_namespace) == 0 and libc.mount(None, b"/", None, private_everywhere, None) == 0


class Process:
    def __init__(self, work, words, log, **more):
        self.log = log
        environment = os.environ | {"CUTLINK_ROOT": str(HERE.parents[1]), "GOMP_SPINCOUNT": "1000"}
        with open(log, "ab") as out:
            self.popen = subprocess.Popen([str(Options.binary), *map(str, words)], cwd=work, env=environment, stdout=out,
                                          stderr=out, **more)
        self.pid = self.popen.pid

    def said(self):
        return self.log.read_text()

    def end(self):
        return self.popen.wait(PATIENCE)

    def send(self, number):
        self.popen.send_signal(number)

    def destroy(self):
        if self.popen.poll() is None:
            self.popen.kill()
            self.popen.wait()


class LiveCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.base = Options.work
        shutil.rmtree(cls.base, ignore_errors=True)
        subprocess.run([sys.executable, str(HERE / "make_fixtures.py"), str(cls.base)], check=True)
        whole = Process(cls.base, cls.run_words("whole"), cls.base / "whole.log")
        if whole.end() != 0:
            sys.exit(f"live_faults: the simulated run: {whole.said()}")

    def setUp(self):
        self.work = self.base / self.id().rsplit(".", 1)[-1]
        self.work.mkdir()
        self.running, self.mounted = [], []

    def tearDown(self):
        for process in self.running:
            process.destroy()
        for path in reversed(self.mounted):
            subprocess.run(["umount", "-l", str(path)], check=False)

    @staticmethod
    def run_words(output, *more):
        return ["run", "toy.toml", "-o", output, "--set", f"train.steps={STEPS}", "--set", "eval.every=0", "--set",
                "checkpoint.every=10", *CODECS, *more]

    def start(self, words, name, **more):
        process = Process(self.base, words, self.work / f"{name}.log", **more)
        self.running.append(process)
        return process

    def serve(self, port=0, state=None):
        server = self.start(["serve", "--model", "toy", "--threads", "1", "--listen", f"127.0.0.1:{port}", "--state",
                             state or self.work / "state"], f"serve-{len(self.running)}")
        wait_for("the server listens", lambda: "listening on" in server.said())
        server.port = int(server.said().split("listening on 127.0.0.1:")[1].split(",")[0])
        return server

    def client(self, server, output, *more, **settings):
        words = self.run_words(output, "--connect", f"127.0.0.1:{server.port}", *more)
        client = self.start(words, f"client-{len(self.running)}", **settings)
        client.output = Path(output)
        return client

    def wait_for_steps(self, client, count):
        steps = client.output / "steps.csv"

        def enough():
            self.assertIsNone(client.popen.poll(), f"ended by itself: {client.said()}")
            return steps.exists() and steps.read_bytes().count(b"\n") > count
        wait_for(f"{count} steps", enough)

    def expect_whole(self, output):
        self.assertEqual(live_runs.differences(Path(output), self.base / "whole"), [])

    def resume(self, server, output):
        client = self.client(server, output, "--resume")
        self.assertEqual(client.end(), 0, client.said())
        self.expect_whole(output)

    def small_disk(self, mebibytes=64):
        if not Options.mounts:
            self.skipTest("needs a mount namespace and tmpfs: root, or CAP_SYS_ADMIN")
        path = self.work / "disk"
        path.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(path)], check=True)
        self.mounted.append(path)
        return path

    @staticmethod
    def fill(disk):
        with open(disk / "ballast", "wb", buffering=0) as ballast:
            for piece in (1 << 20, 4096):
                try:
                    while ballast.write(bytes(piece)) == piece:
                        pass
                except OSError:
                    pass

    def expect_rows_of_whole(self, output):
        """What was written before the fault is there, and is what the whole run has."""
        columns = live_runs.deterministic_columns("steps.csv")
        rows, whole = ([[row[name] for name in columns] for row in live_runs.rows_of(directory / "steps.csv")]
                       for directory in (output, self.base / "whole"))
        complete = rows[:-1]  # the last one may be cut
        self.assertGreater(len(complete), 10)
        self.assertEqual(complete, whole[:len(complete)])
