#!/usr/bin/env python3
"""An endurance run of the live world: one `cutlink serve` with keys behind an emulated lossy link, and four clients that
each make one small run after the other until the time is up.

Every finished run is held against the simulated run of the same settings. The server's memory, descriptors and threads are
sampled. Exit code 1 where a run differs or fails, or where the server grows. Called by tools/long-tests."""
import argparse
import dataclasses
import json
import os
import pathlib
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import live_runs as live

CLIENTS = 4
LINK = "fixed:rate=2Mbit/s,delay=10ms,loss=0.5%"  # slow: what the machine has to compute is spread over the time
SMALL = ["train.steps=20", "train.batch=2", "train.max_length=96", "train.warmup=5", "eval.every=0", "data.eval_limit=4",
         "checkpoint.every=10", "metrics.distortion_every=0"]
CODECS = ["bf16", "uniform:bits=4", "amaq:start=7,target=4", "amaq:start=6,target=3", "uniform:bits=8+zstd"]
SEEDS = [1, 2, 3]
SAMPLE_SECONDS = 5
# The server's memory moves with how many sessions it has at the moment; 8 MiB is one and a half sessions of this model
# with their optimizers, and a leak of 6 kB a run shows in an hour.
MOST_GROWTH_MIB = 8
SAMPLES = ["seconds", "server_rss_kib", "server_descriptors", "server_threads", "sessions_on_disk", "clients",
           "client_rss_kib_most", "client_descriptors_most", "client_threads_most"]


@dataclasses.dataclass
class Client:
    process: object
    case: int
    directory: pathlib.Path


def cases():
    return [[f"codec={codec}", f"seed={seed}", *SMALL] for codec in CODECS for seed in SEEDS]


def of_process(pid):
    """Resident KiB, open descriptors and threads; None where it has ended."""
    try:
        lines = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
        status = dict(line.split(":", 1) for line in lines if ":" in line)
        return (int(status["VmRSS"].split()[0]), len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir())),
                int(status["Threads"]))
    except (OSError, KeyError):
        return None


def sample(work, server, clients, begun):
    seen = [figures for figures in (of_process(client.process.pid) for client in clients) if figures]
    sessions = sum(1 for entry in (work / "state").iterdir() if entry.is_dir())
    most = [max((figures[i] for figures in seen), default=0) for i in range(3)]
    return [round(time.monotonic() - begun, 1), *(of_process(server) or (0, 0, 0)), sessions, len(seen), *most]


def figures_of(directory):
    steps, messages = live.rows_of(directory / "steps.csv"), live.rows_of(directory / "messages.csv")
    total = lambda column: sum(int(row[column] or 0) for row in steps)
    return {"frames": len(messages), "requests": sum(row["crossing"].endswith("_up") for row in messages),
            "socket_bytes": total("socket_up_bytes") + total("socket_down_bytes"),
            "repeated_bytes": total("repeated_bytes"), "retransmitted_bytes": total("retransmitted_bytes")}


def inside(work, minutes):
    """On the client's end of the link."""
    peer = f"{os.environ['CUTLINK_PEER']}:7070"
    server = int((work / "server.pid").read_text(encoding="utf-8"))
    all_cases, clients, totals, wrong = cases(), [], {"runs": 0}, []
    begun, next_sample, started = time.monotonic(), 0, 0
    with open(work / "samples.csv", "w", encoding="utf-8") as samples:
        print(*SAMPLES, sep=",", file=samples)
        while clients or time.monotonic() - begun < minutes * 60:
            while len(clients) < CLIENTS and time.monotonic() - begun < minutes * 60:
                directory, case = work / f"run-{started}", started % len(all_cases)
                line = live.run_line(directory, all_cases[case], "--connect", peer, "--key",
                                     work / f"client-{started % CLIENTS}.key")
                clients.append(Client(live.start(line, work / "clients.log"), case, directory))
                started += 1
            if time.monotonic() - begun >= next_sample:
                next_sample += SAMPLE_SECONDS
                print(*sample(work, server, clients, begun), sep=",", file=samples, flush=True)
            for client in [client for client in clients if client.process.poll() is not None]:
                clients.remove(client)
                if client.process.returncode != 0:
                    wrong.append(f"{client.directory.name} ended with {client.process.returncode}")
                    continue
                if differing := live.differences(client.directory, work / f"whole-{client.case}"):
                    wrong.append(f"{client.directory.name} ({all_cases[client.case][0]}): {', '.join(differing)} differ")
                    continue
                for name, value in figures_of(client.directory).items():
                    totals[name] = totals.get(name, 0) + value
                totals["runs"] += 1
                shutil.rmtree(client.directory)
            time.sleep(0.2)
        time.sleep(2)  # the last connections' ends have reached the server
        print(*sample(work, server, clients, begun), sep=",", file=samples, flush=True)
    (work / "totals.json").write_text(json.dumps({"totals": totals, "wrong": wrong}), encoding="utf-8")


def slope_per_hour(samples, column):
    times = [float(row["seconds"]) / 3600 for row in samples]
    values = [float(row[column]) for row in samples]
    return statistics.linear_regression(times, values).slope if len(samples) > 2 else 0.0


def judge(work):
    """Prints the figures; returns what is wrong."""
    found = json.loads((work / "totals.json").read_text(encoding="utf-8"))
    totals, wrong = found["totals"], found["wrong"]
    samples = live.rows_of(work / "samples.csv")
    last, busy = samples[-1], samples[:-1]
    warm = busy[len(busy) // 10:]  # the first tenth is warm-up: allocator and caches fill
    tenth = max(1, len(warm) // 10)
    middle = lambda part, column: statistics.median(int(row[column]) for row in part)
    rss = [middle(part, "server_rss_kib") / 1024 for part in (warm[:tenth], warm[-tenth:])]
    print(f"link {LINK}; {CLIENTS} clients with keys, {float(last['seconds']) / 60:.1f} minutes")
    print(f"{totals['runs']} runs finished, {totals.get('requests', 0)} requests, {totals.get('frames', 0)} frames, "
          f"{totals.get('socket_bytes', 0) / 1e6:.1f} MB at the sockets")
    print(f"retransmitted by the clients' TCP {totals.get('retransmitted_bytes', 0)} B, sent again by sessions "
          f"{totals.get('repeated_bytes', 0)} B")
    print(f"server RSS after warm-up {rss[0]:.1f} MiB, at the end {rss[1]:.1f} MiB (medians of tenths), slope "
          f"{slope_per_hour(warm, 'server_rss_kib') / 1024:+.2f} MiB an hour; bound {MOST_GROWTH_MIB} MiB")
    if rss[1] - rss[0] > MOST_GROWTH_MIB:
        wrong.append(f"the server's memory grew by {rss[1] - rss[0]:.1f} MiB")
    for column in ("server_descriptors", "server_threads", "sessions_on_disk"):
        first, most = (max(int(row[column]) for row in part) for part in (warm[:tenth], warm))
        print(f"{column} {middle(warm[:tenth], column):.0f} at the start, {middle(warm[-tenth:], column):.0f} at the end, "
              f"at most {most}, {last[column]} when all clients were gone")
        if middle(warm[-tenth:], column) > first + (CLIENTS if column == "sessions_on_disk" else 0):
            wrong.append(f"{column} grew")
    if int(last["server_descriptors"]) > min(int(row["server_descriptors"]) for row in busy):
        wrong.append("descriptors stay open in the server when all clients are gone")
    if int(last["sessions_on_disk"]) != 0:
        wrong.append("finished sessions stay in the server's state")
    for column in ("client_rss_kib_most", "client_descriptors_most", "client_threads_most"):
        print(f"{column} {middle(warm[:tenth], column):.0f} at the start, {middle(warm[-tenth:], column):.0f} at the end")
    if totals["runs"] == 0:
        wrong.append("no run finished")
    elif totals["retransmitted_bytes"] == 0:
        wrong.append("TCP sent nothing again: the link lost nothing")
    return wrong


def outside(minutes, work):
    live.check_program()
    (work / "keys").mkdir()
    for client in range(CLIENTS):
        key = work / f"client-{client}.key"
        subprocess.run([live.CUTLINK, "keygen", key], check=True, stdout=subprocess.DEVNULL)
        shutil.copy(key, work / "keys")
    for number, settings in enumerate(cases()):
        if live.start(live.run_line(work / f"whole-{number}", settings), work / "simulated.log").wait() != 0:
            live.fail(f"the simulated run failed: {work}/simulated.log")
    serve = [live.CUTLINK, "serve", "--model", live.MODEL, "--listen", "0.0.0.0:7070", "--keys", work / "keys", "--state",
             work / "state", "--threads", "1", "--log", work / "serve.log"]
    line = f"echo $$ > {shlex.quote(str(work / 'server.pid'))}; exec {shlex.join(str(word) for word in serve)}"
    emulate = [str(live.CUTLINK), "link", "emulate", LINK, "--serve", line, "--", sys.executable, str(pathlib.Path(__file__)),
               "--inside", str(work), str(minutes)]
    if live.start(emulate, work / "emulate.log").wait() != 0:
        live.fail(f"the clients' end failed: {work}/emulate.log", 1)
    print((work / "emulate.log").read_text(encoding="utf-8").rstrip())
    wrong = judge(work)
    if wrong:
        print("soak: " + "; ".join(wrong) + f" (files: {work})")
        return 1
    print(f"soak: every run equals the simulated one, all within the bounds (samples: {work}/samples.csv)")
    for kept in [*work.glob("whole-*"), work / "keys", *work.glob("client-*.key")]:
        shutil.rmtree(kept) if kept.is_dir() else kept.unlink()
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inside", help=argparse.SUPPRESS, type=pathlib.Path)
    parser.add_argument("minutes", nargs="?", type=float, default=60)
    options = parser.parse_args()
    if options.inside:
        inside(options.inside, options.minutes)
        return 0
    return outside(options.minutes, pathlib.Path(tempfile.mkdtemp(prefix="cutlink-soak-")))


if __name__ == "__main__":
    sys.exit(main())
