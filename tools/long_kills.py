#!/usr/bin/env python3
"""Kills the processes of live runs with SIGKILL at random moments, as many clients as servers, and holds every run's losses,
widths and adapters against the uninterrupted simulated one, bit for bit. Called by tools/long-tests."""
import argparse
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import live_runs as live

SETTINGS = ["train.steps=30", "train.batch=2", "train.max_length=96", "eval.every=0", "checkpoint.every=5", "data.eval_limit=4"]
MOST_SECONDS_A_RUN = 600  # no progress for so long: something hangs


class Killer:
    def __init__(self, work, seed):
        self.work, self.random = work, random.Random(seed)
        self.left = {"client": 0, "server": 0}
        self.killed = {"client": 0, "server": 0}
        self.found_nobody = 0
        self.port = free_port()
        self.client = None
        self.server = self.serve()

    def serve(self):
        line = [live.CUTLINK, "serve", "--model", live.MODEL, "--state", self.work / "state", "--threads", "1", "--listen",
                f"127.0.0.1:{self.port}"]
        server = live.start([str(word) for word in line], self.work / "serve.log")
        while not listens(self.port):  # a client that begins has no patience, unlike one that has begun
            if server.poll() is not None:
                live.fail(f"the server ended with {server.returncode}: {self.work}/serve.log", 1)
            time.sleep(0.02)
        return server

    def begin(self, output):
        log = self.work / "run.log"
        self.said_before = log.stat().st_size if log.exists() else 0
        return live.start(live.run_line(output, SETTINGS, "--connect", f"127.0.0.1:{self.port}", "--resume"),
                          self.work / "run.log")

    def never_connected(self):
        """Whether the client found no server when it began, and said so: it waits for one only once it has had one."""
        said = (self.work / "run.log").read_bytes()[self.said_before:].decode()
        return "is `cutlink serve` running there?" in said and "connection lost" not in said

    def kill(self, side):
        process = self.client if side == "client" else self.server
        process.kill()
        process.wait()
        self.left[side] -= 1
        self.killed[side] += 1

    def whole_run(self, output, usual_seconds):
        """One run to its end; kills while there are any left. The moments are uniform over what a run takes."""
        begun = time.monotonic()
        self.client = self.begin(output)
        while True:
            try:
                self.client.wait(self.random.uniform(0, usual_seconds) if any(self.left.values()) else MOST_SECONDS_A_RUN)
                if self.client.returncode == 1 and self.never_connected():
                    self.found_nobody += 1
                    self.client = self.begin(output)
                    continue
                if self.client.returncode != 0:
                    live.fail(f"a run ended with {self.client.returncode}: {self.work}/run.log", 1)
                return
            except subprocess.TimeoutExpired:
                if time.monotonic() - begun > MOST_SECONDS_A_RUN:
                    live.fail(f"a run does not come to its end: {self.work}", 1)
            sides = [side for side, left in self.left.items() if left > 0]
            if not sides:
                continue
            side = self.random.choice(sides)
            self.kill(side)
            if side == "client":
                self.client = self.begin(output)
            else:
                self.server = self.serve()

    def stop(self):
        for process in (self.client, self.server):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def kill_all(work, wanted, seed):
    if live.start(live.run_line(work / "whole", SETTINGS), work / "simulated.log").wait() != 0:
        live.fail(f"the simulated run failed: {work}/simulated.log")
    killer = Killer(work, seed)
    differing, runs = [], 0
    try:
        begun = time.monotonic()
        killer.whole_run(work / "usual", 1)  # nothing is killed: how long a run takes here
        usual = time.monotonic() - begun
        killer.left = {"client": wanted // 2, "server": wanted - wanted // 2}
        while any(killer.left.values()):
            runs += 1
            killer.whole_run(work / f"run-{runs}", usual)
            differing += [f"run-{runs} {name}" for name in live.differences(work / f"run-{runs}", work / "whole")]
    finally:
        killer.stop()
    print(f"{killer.killed['client']} clients and {killer.killed['server']} servers killed in {runs} runs (seed {seed}; a run "
          f"takes {usual:.1f} s, killed or not at moments uniform over that); {killer.found_nobody} clients began while the server was "
          "dead, said so, and were begun again")
    return differing


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", nargs="?", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    live.check_program()
    work = Path(tempfile.mkdtemp(prefix="cutlink-kills-"))
    differing = kill_all(work, options.kills, options.seed)
    if differing:
        print("kills: these differ from the uninterrupted run's:", *differing, sep="\n")
        print(f"kills: all is in {work}")
        return 1
    shutil.rmtree(work)
    print("kills: every run equals the uninterrupted one")
    return 0


if __name__ == "__main__":
    sys.exit(main())
