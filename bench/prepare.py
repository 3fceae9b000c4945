#!/usr/bin/env python3
"""Make an ordinary room with people and a history in the database of DATABASE_URL. The services write it.

    python bench/prepare.py --clients 500 --base http://127.0.0.1:8000 > clients.tsv

Prints one line for each client, `Cookie: …<TAB>session.hello`, for the option -f of a load generator. The other
options of the generator go to stderr.
The server may be running. The name of the cookie contains the port of --base. A token is valid for a day.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

SUBPROTOCOL = "parlor.v1"
OPENED = '"opened":'
"""The answer to hello contains this text, and no frame before it does."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, required=True, help="people, each with a login session")
    parser.add_argument("--base", required=True, help="the server's address: http://127.0.0.1:8000")
    parser.add_argument("--senders", type=int, default=0, help="accepted and ignored: all may post")
    parser.add_argument("--history", type=int, default=100_000, help="messages in the room")
    parser.add_argument("--rooms", type=int, default=1, help="rooms a client opens; the first has the history")
    parser.add_argument("--joiners", type=int, default=0, help="how many of the clients, the last ones, were away")
    parser.add_argument("--missed", type=int, default=0, help="events that these clients have missed in each room")
    return parser.parse_args()


def message(room: str) -> str:
    """Return a load generator's template of a message: `$` is a number, `#` a new cid, `@` the text."""
    params = json.dumps({"room": room, "cid": "#", "text": "@"})
    return f'{{"jsonrpc":"2.0","id":$,"method":"message.post","params":{params}}}'


def hello(token: str, rooms: dict[str, dict[str, int]]) -> str:
    params = {"v": 1, "token": token, "rooms": rooms}
    return json.dumps({"jsonrpc": "2.0", "id": "hello", "method": "session.hello", "params": params})


def lines(options: argparse.Namespace) -> Iterator[str]:
    """Yield one line for each client. Django must be set up."""
    import msgspec
    from django.core.management import call_command

    from bench import room
    from realtime.log import heads
    from realtime.security import token_make

    began = time.monotonic()
    people, keys = room.enter(options.clients, options.rooms)
    room.history(keys[0], people, options.history)
    cookies = list(room.logins(people))
    call_command("index", verbosity=0)
    room.counted()
    print(f"{options.clients} people, {heads(keys)}, {time.monotonic() - began:.1f} s", file=sys.stderr)
    print(f"-u /ws/ -P {SUBPROTOCOL} -o '{OPENED}' -m '{message(keys[0])}'", file=sys.stderr)
    now, then = ({key: room.position(key, missed) for key in keys} for missed in (0, options.missed))
    here = options.clients - options.joiners
    for place, cookie in enumerate(cookies):
        token = token_make(cookie.partition("=")[2])
        yield f"Cookie: {cookie}\t{hello(token, msgspec.to_builtins(now if place < here else then))}"


def main() -> None:
    options = arguments()
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["PORT"] = str(urlsplit(options.base).port or 80)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    for line in lines(options):
        print(line)


if __name__ == "__main__":
    main()
