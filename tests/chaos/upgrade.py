"""Replace servers of an older commit one by one while clients write: nothing is lost, and bans hold.

People are banned before, during and after the upgrade, from servers of either commit.
"""

import asyncio
import io
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.chaos.proxy import Proxy
from tests.chaos.run import Result
from tests.chaos.servers import ROOT, Server, Site, folder
from tests.chaos.workload import Workload
from tests.client import Client, Ended, Guest, SocketWire, cid

RELEASE_0_1 = "9204de6"
CLOSE_BANNED = 4503
TIMEOUT_S = 20


@contextmanager
def checkout(commit: str) -> Iterator[Path]:
    """Yield a folder with the files of this commit."""
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
    with folder() as path, tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(path, filter="data")
        yield path


@dataclass
class Banned:
    """A guest who is banned, from one room or from the site when `room` is empty."""

    guest: Guest
    room: str
    by: str

    async def holds(self, server: Server) -> bool:
        """Return whether this server keeps the guest out."""
        self.guest.url = server.url
        client = await opened(self.guest)
        try:
            await client.hello()
            error = await client.error("message.post", cid=cid(), room=self.room, text="let me in")
            return error.type == "banned"
        except Ended:
            return not self.room and client.wire.closed is not None and client.wire.closed.code == CLOSE_BANNED
        finally:
            await client.wire.close()


@dataclass
class Bans:
    """The guests that a run has banned."""

    site: Site
    banned: list[Banned] = field(default_factory=list)

    async def make(self, host_at: Server, victim_at: Server, by: str) -> None:
        """Ban a guest of one server from a room by a host at another server, and a second guest from the site."""
        number = len(self.banned)
        moderator = await self._moderator(host_at, f"Morgan {number}")
        host = await connected(moderator)
        room = str((await host.request("room.create", cid=cid(), name=f"Bans {number}", topic="", public=True))["room"])
        for site_wide in (False, True):
            guest = await entered(victim_at, f"Pest {number} {site_wide}")
            victim = await connected(guest)
            user = await joined(victim, room)
            ban = {"room": room, "user": user, "kind": "ban", **({"site": True} if site_wide else {})}
            await host.request("sanction.make", cid=cid(), **ban)
            if site_wide:
                assert (await victim.bye()).code == CLOSE_BANNED, f"{by}: not cut"
            else:
                assert (await victim.notification("room.left", room=room))["reason"] == "banned", f"{by}: not put out"
                await victim.wire.close()
            self.banned.append(Banned(guest, "" if site_wide else room, by))
        await host.wire.close()

    async def _moderator(self, server: Server, name: str) -> Guest:
        guest = await entered(server, name)
        promote = f"from accounts.models import User; User.objects.filter(name='{name}').update(is_moderator=True)"
        await asyncio.to_thread(server.manage, "shell", "--no-imports", "-c", promote)
        return guest

    async def check(self) -> None:
        for banned in self.banned:
            for server in self.site.servers:
                assert await banned.holds(server), f"the ban made {banned.by} does not hold at {server.name}"


async def entered(server: Server, name: str) -> Guest:
    guest = Guest(server.url, name)
    await asyncio.to_thread(guest.enter)
    return guest


async def opened(guest: Guest) -> Client:
    token = await asyncio.to_thread(guest.token)
    return Client(await SocketWire.open(guest.url, guest.cookie_header, token), TIMEOUT_S)


async def connected(guest: Guest) -> Client:
    client = await opened(guest)
    client.user = (await client.hello())["user"]["id"]
    return client


async def joined(client: Client, room: str) -> str:
    """Join and open the room; return the wire id of the person."""
    await client.request("room.join", cid=cid(), room=room)
    await client.request("room.open", room=room, position=None)
    return client.user


async def upgrade(workload: Workload, site: Site, proxy: Proxy, result: Result) -> None:
    """Migrate the database and replace each server, with bans at every stage."""
    bans, random, messages = Bans(site), Random(workload.plan.seed), workload.plan.messages
    first, second = site.servers
    await workload.until_posted(messages // 4)
    await bans.make(first, second, "before the upgrade")
    await asyncio.to_thread(first.manage, "migrate", "--verbosity", "0", code=ROOT)
    for number, server in enumerate(site.servers):
        await proxy.until_unanswered(server.port)
        result.unanswered.append(proxy.unanswered(server.port))
        await asyncio.to_thread(server.stop)
        server.code = ROOT
        server.start()
        await server.until_it_answers()
        for client in random.sample(workload.clients, len(workload.clients) // 2):
            client.cut()
        await bans.make(first, second, f"with {number + 1} new servers, by a host at the first")
        await bans.make(second, first, f"with {number + 1} new servers, by a host at the second")
        await bans.check()
        await workload.until_posted((number + 2) * messages // 4)
        workload.kills_done += 1
