import subprocess
import sys
import threading
from pathlib import Path

from realtime.storage.sqlite.base import DatabaseWrapper
from tests.realtime.storage.sqlite import writer
from tests.realtime.storage.sqlite.conftest import connect

REPOSITORY = Path(__file__).parents[4]


def start(role: str, path: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", writer.__name__, role, path],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def authors(database: DatabaseWrapper) -> list[str]:
    with database.cursor() as cursor:
        cursor.execute("SELECT author FROM line ORDER BY id")
        return [author for (author,) in cursor.fetchall()]


def test_second_writer_proceeds_beside_a_busy_one(database: DatabaseWrapper, path: str) -> None:
    writers = [start("busy", path), start("guest", path)]
    for each in writers:
        assert each.stdin
        each.stdin.write("go\n")
        each.stdin.flush()
    for each in writers:
        each.communicate()
    assert [each.returncode for each in writers] == [0, 0]
    lines = authors(database)
    assert lines.count("guest") == writer.LINES
    assert lines.count("busy") < 100 * writer.LINES  # without the turnstile it is thousands a turn


def test_threads_with_own_connections_share_the_lock(database: DatabaseWrapper, path: str) -> None:
    def write(author: str) -> None:
        connection = connect(path)
        for _ in range(25):
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO line (author) VALUES (%s)", [author])
        connection.close()

    threads = [threading.Thread(target=write, args=(author,)) for author in ("ada", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(authors(database)) == ["ada"] * 25 + ["bob"] * 25
