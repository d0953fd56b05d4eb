#!/usr/bin/env python3
"""Faults of live runs, with real processes: a stopped peer, a full disk, a read-only file system, signals, missing
rights. Each is reported with its cause, and the run that was hit ends with the bits of one that was not.

  live_faults.py --binary build/release/cutlink --work DIR [TEST…]
"""
import argparse
import ctypes
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
import unittest
from pathlib import Path

from live_case import LiveCase, Options, can_mount, cpu_seconds, live_runs, wait_for


NOBODY = 65534


def become_nobody():
    """In a user namespace of its own that allows no further ones, where there may be one at all."""
    new_user_namespace, set_dumpable = 0x10000000, 4  # CLONE_NEWUSER; PR_SET_DUMPABLE: else /proc/self is root's
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    libc = ctypes.CDLL(None)
    libc.prctl(set_dumpable, 1, 0, 0, 0)
    if libc.unshare(new_user_namespace) == 0:
        for file, text in (("self/setgroups", "deny"), ("self/uid_map", f"{NOBODY} {NOBODY} 1"),
                           ("self/gid_map", f"{NOBODY} {NOBODY} 1"), ("sys/user/max_user_namespaces", "0")):
            try:
                Path("/proc", file).write_text(text)
            except OSError:
                pass  # then the run is emulated after all, and says so


def server_of(output):
    """The process id of a run's own `cutlink serve`: whose log lies in the run's folder, and who is no supervisor of it."""
    log = str(output / "server/server.log")
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # ended meanwhile
        if b"serve" in words and log.encode() in words:
            return int(process.name)
    raise AssertionError(f"nobody writes {log}")


def has_connecting_socket(pid):
    """Whether a socket of this process has sent its SYN and waits."""
    syn_sent = "02"
    links = []
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            links.append(os.readlink(descriptor))
        except OSError:
            pass  # closed meanwhile
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(f"socket:[{row[9]}]" in links for row in rows if row[3] == syn_sent)


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

    def test_interrupted_while_the_server_is_away(self):
        """There is no step to finish: the run ends within seconds, long before it would give up."""
        server = self.serve()
        client = self.client(server, self.work / "run", "--give-up", "10min")
        self.wait_for_steps(client, 20)
        server.destroy()
        wait_for("the report", lambda: "connection_lost" in (client.output / "events.jsonl").read_text())
        begun = time.monotonic()
        client.send(signal.SIGINT)
        self.assertEqual(client.end(), 130, client.said())
        self.assertLess(time.monotonic() - begun, 10)
        self.assertIn("--resume", client.said())
        self.assertEqual(json.loads((client.output / "run.json").read_text())["status"], "interrupted")
        self.resume(self.serve(server.port), client.output)

    def test_interrupted_while_the_first_connection_is_made(self):
        """Nobody answers (the queue of a socket that accepts nothing is full), and no file was touched yet."""
        with socket.create_server(("127.0.0.1", 0), backlog=0) as silent:
            address = silent.getsockname()
            waiting = [socket.socket() for _ in range(4)]
            for one in waiting:
                one.setblocking(False)
                one.connect_ex(address)
            client = self.start(self.run_words(self.work / "run", "--connect", "%s:%d" % address), "client")
            wait_for("the client connects", lambda: has_connecting_socket(client.pid))
            client.send(signal.SIGINT)
            self.assertEqual(client.end(), 130, client.said())
            for one in waiting:
                one.close()
        self.assertFalse((self.work / "run").exists())

    def test_second_server_on_a_state(self):
        first = self.serve(state=self.work / "state")
        second = self.start(["serve", "--model", "toy", "--listen", "127.0.0.1:0", "--state", self.work / "state"], "second")
        self.assertEqual(second.end(), 2, second.said())
        self.assertIn("another `cutlink serve` uses it", second.said())
        self.assertEqual(second.said().count("\n"), 1, second.said())
        first.send(signal.SIGKILL)
        first.end()
        self.serve(state=self.work / "state")

    # --- rights

    def test_shaped_where_links_cannot_be_emulated(self):
        """A user without rights, and without user namespaces, gets a shaped link, and is told why."""
        if os.geteuid() != 0:
            self.skipTest("needs root, to be somebody else")
        os.chown(self.work, NOBODY, NOBODY)
        if subprocess.run([str(Options.binary), "--version"], cwd=self.work, preexec_fn=become_nobody, capture_output=True,
                          check=False).returncode != 0:
            self.skipTest("the binary, or its libraries, are not for everybody to read")
        run = self.start(self.run_words(self.work / "run", "--world", "emulated", "--set",
                                        "link=fixed:rate=100Mbit/s,delay=1ms"), "run", preexec_fn=become_nobody)
        self.assertEqual(run.end(), 0, run.said())
        if json.loads((self.work / "run/run.json").read_text())["world"] == "emulated":
            self.skipTest("user namespaces cannot be forbidden here")
        self.assertIn("links cannot be emulated here, so this one is shaped:", run.said())
        self.assertEqual(json.loads((self.work / "run/run.json").read_text())["world"], "shaped")
        self.expect_whole(self.work / "run")

    def test_every_loss_is_reported(self):
        server = self.serve()
        client = self.client(server, self.work / "run", "--deadline", "1s", "--give-up", "60s")
        for losses in (1, 2):
            self.wait_for_steps(client, 20 * losses)
            server.send(signal.SIGSTOP)
            wait_for("the report", lambda: (client.output / "events.jsonl").read_text().count("connection_lost") == losses)
            server.send(signal.SIGCONT)
        self.assertEqual(client.end(), 0, client.said())
        self.expect_whole(client.output)

    def test_server_without_the_runs_session(self):
        """A run goes back to the beginning by --force only, while there are checkpoints to go on from."""
        server = self.serve()
        client = self.client(server, self.work / "run")
        self.wait_for_steps(client, 20)
        client.send(signal.SIGINT)
        self.assertEqual(client.end(), 130, client.said())
        other = self.serve(state=self.work / "other")
        again = self.client(other, client.output, "--resume")
        self.assertEqual(again.end(), 1, again.said())
        self.assertIn("none of the checkpoints", again.said())
        self.resume(server, client.output)

    # --- a server process of the run's own

    def test_local_server_killed(self):
        """Said at once, not when the patience is over; the same command goes on."""
        words = self.run_words(self.work / "run", "--world", "shaped", "--set", "link=fixed:up=1Gbit/s,down=1Gbit/s,delay=1ms")
        client = self.start(words, "client")
        client.output = self.work / "run"
        self.wait_for_steps(client, 20)
        begun = time.monotonic()
        os.kill(server_of(client.output), signal.SIGKILL)
        self.assertEqual(client.end(), 1, client.said())
        self.assertLess(time.monotonic() - begun, 10)
        self.assertIn("was ended by signal 9: see", client.said())
        again = self.start([*words, "--resume"], "again")
        self.assertEqual(again.end(), 0, again.said())
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
