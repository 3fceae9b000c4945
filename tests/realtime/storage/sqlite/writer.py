"""A process that writes: `busy` without pause until the guest is done, `guest` LINES lines, each after a busy one.

Says "ready", and starts when its input has a line.
"""

import sys
import time

import django
from django.conf import settings
from django.db import connection, transaction

LINES = 30
ENOUGH = 20_000  # lines of the busy one after which both give up


def write(author: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO line (author) VALUES (%s)", [author])


def count(author: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM line WHERE author = %s", [author])
        return int(cursor.fetchone()[0])


def busy() -> None:
    for written in range(ENOUGH):
        if written % LINES == 0 and count("guest") == LINES:
            return
        write("busy")


def guest() -> None:
    for _ in range(LINES):
        seen = count("busy")
        write("guest")
        while seen == count("busy") < ENOUGH:
            time.sleep(0.001)


if __name__ == "__main__":
    settings.configure(DATABASES={"default": {"ENGINE": "realtime.storage.sqlite", "NAME": sys.argv[2]}})
    django.setup()
    count("guest")
    print("ready", flush=True)
    sys.stdin.readline()
    {"busy": busy, "guest": guest}[sys.argv[1]]()
