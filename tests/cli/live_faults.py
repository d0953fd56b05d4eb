#!/usr/bin/env python3
"""Faults of live runs, with real processes: a stopped peer, a full disk, a read-only file system, signals. Each is reported
with its cause, and the run that was hit ends with the bits of one that was not.

  live_faults.py --binary build/release/cutlink --work DIR [TEST…]
"""
import argparse
import json
import resource
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

from live_case import LiveCase, Options, can_mount, cpu_seconds, live_runs, wait_for


class LiveFaults(LiveCase):
    # --- a stopped peer

    def test_stopped_server(self):
        """Reported within twice the deadline, without spinning; when it runs again, nothing has changed."""
        deadline = 2
        server = self.serve()
        client = self.client(server, self.work / "run", "--deadline", f"{deadline}s", "--give-up", "60s")
        self.wait_for_steps(client, 20)
        server.send(signal.SIGSTOP)
        begun = time.monotonic()
        time.sleep(0.2)  # the answer on its way has arrived
        cpu, idle_since = cpu_seconds(client.pid), time.monotonic()
        wait_for("the report", lambda: "connection_lost" in (client.output / "events.jsonl").read_text())
        self.assertLess(time.monotonic() - begun, 2 * deadline)
        self.assertLess(cpu_seconds(client.pid) - cpu, 0.01 * (time.monotonic() - idle_since) + 0.002)  # 2 ms: the event itself
        server.send(signal.SIGCONT)
        self.assertEqual(client.end(), 0, client.said())
        self.expect_whole(client.output)

    def test_stopped_client(self):
        """The server computes nothing for it, and another client is served as if alone."""
        server = self.serve()
        stopped = self.client(server, self.work / "stopped")
        self.wait_for_steps(stopped, 20)
        stopped.send(signal.SIGSTOP)
        time.sleep(0.2)
        cpu, idle_since = cpu_seconds(server.pid), time.monotonic()
        time.sleep(2)
        self.assertLess(cpu_seconds(server.pid) - cpu, 0.01 * (time.monotonic() - idle_since))
        other = self.client(server, self.work / "other")
        self.assertEqual(other.end(), 0, other.said())
        self.expect_whole(other.output)
        stopped.send(signal.SIGCONT)
        self.assertEqual(stopped.end(), 0, stopped.said())
        self.expect_whole(stopped.output)

    # --- signals

    def test_interrupted_client(self):
        server = self.serve()
        client = self.client(server, self.work / "run")
        self.wait_for_steps(client, 20)
        client.send(signal.SIGINT)
        self.assertEqual(client.end(), 130, client.said())
        self.assertIn("--resume", client.said())
        info = json.loads((client.output / "run.json").read_text())
        self.assertEqual(info["status"], "interrupted")
        rows = (client.output / "steps.csv").read_text().splitlines()
        self.assertEqual(len(rows), info["steps_done"] + 1)
        for adapter in live_runs.ADAPTERS:
            self.assertTrue((client.output / adapter).exists(), adapter)
        self.resume(server, client.output)

    def test_server_ended_while_clients_train(self):
        server = self.serve()
        clients = [self.client(server, self.work / f"run-{number}") for number in range(2)]
        for client in clients:
            self.wait_for_steps(client, 20)
        server.send(signal.SIGTERM)
        self.assertEqual(server.end(), 0, server.said())
        self.assertIn("stopped; sessions go on from their checkpoints", server.said())
        for client in clients:
            wait_for("the report", lambda: "connection_lost" in (client.output / "events.jsonl").read_text())
        self.serve(server.port)
        for client in clients:
            self.assertEqual(client.end(), 0, client.said())
            self.expect_whole(client.output)

    # --- disks

    def test_full_disk_of_the_client(self):
        disk = self.small_disk()
        server = self.serve()
        client = self.client(server, disk / "run")
        self.wait_for_steps(client, 20)
        self.fill(disk)
        self.assertEqual(client.end(), 1, client.said())
        self.assertIn(str(disk / "run"), client.said())
        self.assertIn("No space left on device", client.said())
        self.expect_rows_of_whole(disk / "run")
        (disk / "ballast").unlink()
        self.resume(server, disk / "run")

    def test_largest_file_of_the_client(self):
        server = self.serve()
        size = 60_000  # the longest of its files has more after some steps
        client = self.client(server, self.work / "run", restore_signals=False, preexec_fn=lambda: (
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))))
        self.assertEqual(client.end(), 1, client.said())
        self.assertIn(str(self.work / "run"), client.said())
        self.assertIn("File too large", client.said())
        self.expect_rows_of_whole(self.work / "run")
        self.resume(server, self.work / "run")

    def test_read_only_output(self):
        disk = self.small_disk()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        server = self.serve()
        client = self.client(server, disk / "run")
        self.assertEqual(client.end(), 2, client.said())
        self.assertIn(str(disk), client.said())
        self.assertIn("Read-only file system", client.said())

    def disk_of_the_server(self, spoil, mend, cause):
        disk = self.small_disk()
        server = self.serve(state=disk / "state")
        client = self.client(server, self.work / "run")
        self.wait_for_steps(client, 20)
        spoil(disk)
        self.assertNotEqual(client.end(), 0, client.said())
        self.assertIn("cannot write its checkpoint", client.said())
        wait_for("the server's word", lambda: cause in server.said())
        self.assertIn(str(disk / "state"), server.said())
        self.expect_rows_of_whole(client.output)
        mend(disk)
        self.resume(server, client.output)

    def test_full_disk_of_the_server(self):
        self.disk_of_the_server(self.fill, lambda disk: (disk / "ballast").unlink(), "No space left on device")

    def test_state_that_turns_read_only(self):
        def remount(how):
            return lambda disk: wait_for(f"remount,{how}", lambda: subprocess.run(
                ["mount", "-o", f"remount,{how}", str(disk)], capture_output=True, check=False).returncode == 0)
        self.disk_of_the_server(remount("ro"), remount("rw"), "Read-only file system")

    def test_read_only_state(self):
        disk = self.small_disk()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        server = self.start(["serve", "--model", "toy", "--listen", "127.0.0.1:0", "--state", disk / "state"], "serve")
        self.assertEqual(server.end(), 2, server.said())
        self.assertIn(str(disk / "state"), server.said())
        self.assertIn("Read-only file system", server.said())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("tests", nargs="*")
    given = parser.parse_args()
    Options.binary, Options.work, Options.mounts = given.binary.resolve(), given.work.resolve(), can_mount()
    names = [f"LiveFaults.{name}" for name in given.tests]
    unittest.main(module=sys.modules[__name__], argv=[sys.argv[0], *names], verbosity=2)


if __name__ == "__main__":
    main()
