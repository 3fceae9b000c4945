"""Measure how long posts take while 50 people upload: `python -m bench.uploads [uploaders]`.

The uploaders run in a process of their own, so that they do not slow the measured client.
"""

import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.client.blocking import BlockingClient
from tests.client.guest import Guest
from tests.client.uploads import Uploader
from tests.services.parlor import Parlor

POSTS = 400
FILE_BYTES = 2 * 1024 * 1024
LIMITS = '{"guest_bytes": 0, "site_bytes": 0, "unfinished": 0}'
RATES = '{"rate": 100000, "burst": 100000}'


def uploaders(url: str, count: int) -> None:
    """Upload without a pause, as `count` people, until the standard input ends. Print the number of files."""
    over, done = threading.Event(), []
    guests = [Guest(url, f"Uploader {number}") for number in range(count)]
    for guest in guests:
        guest.enter()

    def one(number: int) -> None:
        guest = guests[number]
        body = os.urandom(FILE_BYTES)
        while not over.is_set():
            Uploader(guest).upload(body)
            done.append(number)

    threads = [threading.Thread(target=one, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    sys.stdin.read()
    over.set()
    for thread in threads:
        thread.join()
    print(len(done), flush=True)


def posts_ms(client: BlockingClient) -> list[float]:
    """Return the sorted times of posts, one after the other."""
    times = []
    for number in range(POSTS):
        began = time.perf_counter()
        client.say(client.lounge, f"{number} {secrets.token_hex(4)}")
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times)


def told(name: str, times: list[float]) -> str:
    return f"{name}: p50 {times[len(times) // 2]:.1f} ms, p99 {times[len(times) * 99 // 100]:.1f} ms"


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:  # noqa: SIM117
        with Parlor(Path(folder) / "data", serve=[], REALTIME=RATES, FILE_LIMITS=LIMITS) as parlor:
            client = BlockingClient(parlor.url, "Ana")
            posts_ms(client)
            print(told("quiet", posts_ms(client)), flush=True)
            command = [sys.executable, "-m", "bench.uploads", "--uploaders", parlor.url, str(count)]
            with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
                coming, going = process.stdout, process.stdin
                if not (coming and going):
                    raise OSError("no pipes")
                coming.readline()
                began = time.perf_counter()
                times = posts_ms(client)
                going.close()
                files = int(coming.readline())
            seconds = time.perf_counter() - began
            print(told(f"{count} uploads", times))
            print(
                f"{files} files of {FILE_BYTES >> 20} MiB in {seconds:.1f} s; memory {parlor.memory('VmHWM') >> 20} MiB"
            )
            print(told("quiet again", posts_ms(client)), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--uploaders"]:
        uploaders(sys.argv[2], int(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 50)
