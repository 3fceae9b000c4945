"""Tests of the plugins of chat, by the sample app: chat and realtime do not know it."""

import copy
import re
from pathlib import Path

import msgspec
import pytest
import time_machine
from django.db import InterfaceError, OperationalError

from chat import plugin
from chat.models import Message
from chat.selectors import may_read, snapshot
from chat.text import Text
from realtime.errors import RealtimeError
from realtime.log import head_of, now_ms, read
from realtime.models import Deadline
from realtime.types import Caller, LogKey
from realtime.workers import deadlines
from realtime.workers.deadlines import DeadlineKind
from realtime.workers.transaction import write
from tests.actions import act, ask, call, data_of, last_event, line, message, post, room
from tests.queries import queries
from tests.sample.game import SHOW_AFTER_MS, Hidden, word_hide, word_section, word_show
from tests.sample.models import Word

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parent.parent.parent
NAMED = re.compile(r'tests\.sample|sample_word|["/]sample[".]')


@pytest.fixture
def key(host: Caller, ana: Caller, ben: Caller) -> LogKey:
    return room(host, ana, ben)


def seen(caller: Caller, key: LogKey) -> list[str]:
    """Return the kinds of the messages that a reader gets."""
    return [line["kind"] for line in ask(caller, "history.page", room=key, after=0)["lines"]]


def test_apps_do_not_name_the_sample_app() -> None:
    sources = [path for app in ("realtime", "chat", "accounts") for path in (ROOT / app).rglob("*.py")]
    assert len(sources) > 30
    assert [str(path) for path in sources if NAMED.search(path.read_text())] == []


def test_command_posts_its_card_and_inserts_its_rows(host: Caller, key: LogKey) -> None:
    o = post(host, key, "/word apple")
    posted = line(host, key, o)
    assert (posted["kind"], posted["data"], posted["by"]) == ("sample.hidden", {"letters": 5}, host.id)
    assert data_of(last_event(key)) == {"kind": "sample.hidden", "letters": 5}
    assert Word.objects.get().offset == o


def test_command_leaves_nothing_when_it_refuses(host: Caller, key: LogKey) -> None:
    head = head_of(key)
    with pytest.raises(RealtimeError, match="empty"):
        post(host, key, "/word")
    assert (head_of(key), Word.objects.count(), Deadline.objects.count()) == (head, 0, 0)


def test_message_hook_replaces_the_message(host: Caller, ana: Caller, key: LogKey) -> None:
    post(host, key, "/word apple")
    o = post(ana, key, "apple")
    assert message(key, o).kind == "sample.guessed"
    assert message(key, post(ana, key, "apples")).kind == "text"


def test_event_with_an_audience_is_withheld_from_others(host: Caller, ana: Caller, ben: Caller, key: LogKey) -> None:
    post(host, key, "/word apple")
    o = post(ana, key, "apple")
    [event] = read(key, o - 1, o)
    for caller, may in [(host, True), (ana, True), (ben, False)]:
        scopes = may_read(caller, key)
        assert scopes is not None
        assert event.readable_by(scopes) is may
        assert ("sample.guessed" in seen(caller, key)) is may
    assert b"apple" not in event.withheld().encode()


def test_message_hook_prefetches_once_for_a_group(host: Caller, ana: Caller, ben: Caller, key: LogKey) -> None:
    post(host, key, "/word apple")

    def asked(count: int) -> int:
        calls = [call([ana, ben][n % 2], "message.post", room=key, text="pear") for n in range(count)]
        with queries() as sql:
            assert not [found for found in write(calls) if isinstance(found, RealtimeError)]
        return len([statement for statement in sql if "sample_word" in statement])

    assert (asked(1), asked(30)) == (1, 1)


def test_snapshot_holds_the_section_for_its_reader(host: Caller, ana: Caller, key: LogKey) -> None:
    post(host, key, "/word apple")
    parts = {}
    for caller in (host, ana):
        scopes = may_read(caller, key)
        assert scopes is not None
        parts[caller.id] = snapshot(caller, key, scopes, head_of(key))["parts"]["sample"]
    assert parts == {host.id: {"letters": 5, "word": "apple"}, ana.id: {"letters": 5, "word": None}}


def test_deadline_runs_once_and_posts_as_the_server(host: Caller, key: LogKey) -> None:
    with time_machine.travel(now_ms() / 1000, tick=False) as later:
        post(host, key, "/word apple")
        assert deadlines.due() == []
        later.shift(SHOW_AFTER_MS / 1000)
        claims = deadlines.due()
        write([*claims, *claims])
        assert deadlines.due() == []
    shown = Message.objects.get(kind="sample.shown")
    assert (shown.author, msgspec.json.decode(shown.data or "")) == (None, {"word": "apple"})
    assert Word.objects.count() == 0


def test_card_is_removed_and_restored_like_a_message(host: Caller, key: LogKey) -> None:
    o = post(host, key, "/word apple")
    act(host, "message.delete", room=key, o=o)
    assert line(host, key, o)["data"] is None
    act(host, "message.restore", room=key, o=o)
    assert line(host, key, o)["data"] == {"letters": 5}


@pytest.mark.parametrize(
    "double",
    [
        plugin.ChatPlugin(commands={"roll": word_hide, "word": word_hide}),
        plugin.ChatPlugin(cards={"sample.hidden": Text}),
        plugin.ChatPlugin(cards={"sample.again": Hidden}),
        plugin.ChatPlugin(snapshot={"sample": word_section}),
        plugin.ChatPlugin(deadlines={"sample.show": DeadlineKind(word_show)}),
        plugin.ChatPlugin(may_post=plugin.unanswered),
    ],
)
def test_plugin_is_refused_whole_when_a_name_is_taken(double: plugin.ChatPlugin) -> None:
    before = copy.deepcopy(plugin.installed)
    with pytest.raises(ValueError, match="registered already"):
        plugin.use(double)
    assert plugin.installed == before


def test_check_names_the_questions_that_no_app_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert plugin.questions_are_answered() == []
    monkeypatch.setattr(plugin.installed, "may_post", plugin.unanswered)
    assert [error.msg for error in plugin.questions_are_answered()] == [
        "no installed app answers chat's question may_post"
    ]


def test_snapshot_leaves_out_the_section_that_fails(
    host: Caller, key: LogKey, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*given: object) -> None:
        raise KeyError("sample")

    scopes = may_read(host, key)
    assert scopes is not None
    whole = snapshot(host, key, scopes, head_of(key))
    monkeypatch.setitem(plugin.installed.snapshot, "sample", fail)
    rest = snapshot(host, key, scopes, head_of(key))
    assert whole["parts"].pop("sample") == {"letters": 0, "word": None}
    assert rest == whole
    assert f"the section sample of the snapshot of room {key} is left out" in caplog.text


@pytest.mark.parametrize("away", [OperationalError, InterfaceError])
def test_snapshot_fails_when_the_database_is_away(
    host: Caller, key: LogKey, monkeypatch: pytest.MonkeyPatch, away: type[Exception]
) -> None:
    def fail(*given: object) -> None:
        raise away

    scopes = may_read(host, key)
    assert scopes is not None
    monkeypatch.setitem(plugin.installed.snapshot, "sample", fail)
    with pytest.raises(away):
        snapshot(host, key, scopes, head_of(key))
