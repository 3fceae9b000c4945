"""Tests that a search finds exactly what its person may read: against a model of the rules, and one by one."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from chat.models import Membership, Message, Room
from chat.plugin import NewMessage
from chat.services.messages import message_append
from chat.text import Text
from realtime.log import batch, now_ms
from realtime.types import Caller, LogKey
from search.selectors import rights
from tests.actions import act, enter, guest, post, room
from tests.search.finding import found, indexed, search

pytestmark = pytest.mark.django_db
WORDS = ["lamp", "tea", "上", "海"]
PEOPLE = 3


def whisper(key: LogKey, text: str, *scopes: str) -> int:
    with batch([key]) as staged:
        return message_append(staged, room=key, message=NewMessage(Text(text), audience=frozenset(scopes))).o


def hits(caller: Caller, query: str) -> set[tuple[str, int]]:
    """Return all hits of all pages."""
    seen: set[tuple[str, int]] = set()
    before = None
    while True:
        page = search(caller, query, before=before)
        seen |= {(hit["room"], hit["o"]) for hit in page["hits"]}
        before = page["next"]
        if before is None:
            return seen


@dataclass
class Written:
    """A message of the model."""

    place: int
    author: int
    text: str
    audience: frozenset[str] | None
    removed: bool
    o: int = 0


@dataclass
class World:
    """The rooms, memberships, blocks and messages of the model."""

    public: list[bool]
    members: list[set[int]]
    banned: list[set[int]]
    blocks: set[tuple[int, int]]
    said: list[Written] = field(default_factory=list)

    def may_find(self, reader: int, message: Written, words: list[str]) -> bool:
        place = message.place
        is_member = reader in self.members[place] and reader not in self.banned[place]
        reads = (self.public[place] or is_member) and reader not in self.banned[place]
        hears = message.audience is None or (is_member and "member" in message.audience)
        matches = all(word in message.text for word in words)
        return reads and hears and matches and not message.removed and (reader, message.author) not in self.blocks


def texts() -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    rooms, people = range(3), range(PEOPLE)
    some = st.sets(st.sampled_from(people), max_size=PEOPLE)
    world = World(
        public=[draw(st.booleans()) for _ in rooms],
        members=[draw(some) for _ in rooms],
        banned=[draw(some) for _ in rooms],
        blocks={(a, b) for a in people for b in people if a != b and draw(st.integers(0, 4)) == 0},
    )
    audiences = st.sampled_from([None, None, frozenset({"member"}), frozenset({"host"})])
    for _ in range(draw(st.integers(1, 12))):
        place, author = draw(st.sampled_from(rooms)), draw(st.sampled_from(people))
        world.said.append(Written(place, author, draw(texts()), draw(audiences), draw(st.booleans())))
    return world


def build(world: World, host: Caller) -> tuple[list[LogKey], list[Caller]]:
    """Write the model's world into the database, and the keys and offsets into the model."""
    keys = [room(host, public=public, name=f"Room {n} of {host.id}") for n, public in enumerate(world.public)]
    people = [guest() for _ in range(PEOPLE)]
    for key, members, banned in zip(keys, world.members, world.banned, strict=True):
        place = Room.objects.get(log__key=key)
        for n in members | banned:
            state = Membership.State.BANNED if n in banned else Membership.State.MEMBER
            until = now_ms() + 10**9 if n in banned else 0
            Membership.objects.create(room=place, user_id=people[n].pk, joined_at=0, state=state, banned_until=until)
    for reader, author in world.blocks:
        act(people[reader], "person.block", user=people[author].id, blocked=True)
    for message in world.said:
        key = keys[message.place]
        with batch([key]) as staged:
            new = NewMessage(Text(message.text), audience=message.audience)
            message.o = message_append(staged, room=key, message=new, caller=people[message.author]).o
        if message.removed:
            act(host, "message.delete", room=key, o=message.o)
    return keys, people


@pytest.mark.parametrize("few", [200, 0])
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(world=worlds(), words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=2))
def test_search_finds_exactly_what_the_rules_allow(
    world: World, words: list[str], few: int, django_db_blocker: Any
) -> None:
    """Compare the results with the model, also for a person with more rooms than are put into the query (`few` 0)."""
    from django.db import transaction

    with pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(rights, "FEW", few)
        keys, people = build(world, guest())
        indexed()
        for reader, caller in enumerate(people):
            wanted = {
                (keys[message.place], message.o) for message in world.said if world.may_find(reader, message, words)
            }
            assert hits(caller, " ".join(words)) == wanted
        transaction.set_rollback(True)


@pytest.mark.attack
def test_private_room_is_searched_by_its_members_only(host: Caller, ana: Caller, ben: Caller) -> None:
    key = room(host, public=False, name="Den")
    enter(host, ana, key)
    o = post(ana, key, "secret lamp")
    assert found(host, "secret") == [o]
    assert found(ben, "secret") == []
    for query in ("in:Den secret", f"in:{key} secret"):
        with pytest.raises(Exception, match="unknown_room"):
            search(ben, query)
    act(host, "member.remove", room=key, user=ana.id)
    assert search(ana, "secret")["hits"] == []


@pytest.mark.attack
def test_whisper_is_found_by_its_readers_only(host: Caller, ana: Caller, ben: Caller, key: LogKey) -> None:
    to_hosts, to_ana = whisper(key, "hush lamp", "host"), whisper(key, "hush tea", f"u:{ana.id}")
    assert found(host, "hush") == [to_hosts]
    assert found(ana, "hush") == [to_ana]
    assert found(ben, "hush") == []


@pytest.mark.attack
def test_whispers_do_not_fill_the_page_of_others(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ben, key, "lamp for all")
    for n in range(50):
        whisper(key, f"lamp {n}", f"u:{ana.id}")
    assert found(ben, "lamp") == [o]


def test_blocked_person_is_not_found(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ben, key, "lamp")
    assert found(ana, "lamp") == [o]
    act(ana, "person.block", user=ben.id, blocked=True)
    assert found(ana, "lamp") == []
    assert found(ana, "lamp from:Ben") == []


def test_direct_room_is_found_by_the_name_of_its_person(ana: Caller, ben: Caller, key: LogKey) -> None:
    direct = LogKey(act(ana, "direct.open", users=[ben.id])["room"])
    o = post(ana, direct, "between us")
    assert found(ana, "in:Ben between") == [o]
    page = search(ana, "in:@ben between")
    assert page["rooms"][direct]["name"] == "Ben"
    assert found(ben, "between") == []
    act(ben, "direct.answer", room=direct, accept=True)
    assert found(ben, "between in:Ana") == [o]


def test_deleted_room_is_not_found_and_an_archived_one_is(host: Caller, ana: Caller, key: LogKey) -> None:
    o = post(ana, key, "lamp")
    act(host, "room.archive", room=key)
    assert found(ana, "lamp") == [o]
    act(host, "room.delete", room=key)
    assert found(ana, "lamp") == []


def test_person_banned_from_the_site_finds_nothing(ana: Caller, key: LogKey) -> None:
    post(ana, key, "lamp")
    indexed()
    User.objects.filter(pk=ana.pk).update(banned_until=now_ms() + 10**6)
    assert search(ana, "lamp")["hits"] == []


def test_caller_who_has_not_entered_may_not_search(key: LogKey) -> None:
    from realtime.types import NOBODY

    with pytest.raises(Exception, match="forbidden"):
        search(NOBODY, "lamp")


def test_message_of_another_kind_is_no_hit(host: Caller, key: LogKey) -> None:
    assert found(host, "Room") == []
    assert Message.objects.filter(kind="room.created").exists()
