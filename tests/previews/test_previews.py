"""Tests of previews with the database: asked for, stored, removed. The site is a loopback one."""

import io
from pathlib import Path
from typing import Any

import pytest
from django_tasks_db.models import DBTaskResult
from PIL import Image

from chat.text import Preview
from files.bodies import FolderStorage
from files.models import File
from files.selectors import readable
from previews import hooks, services, tasks
from previews.allowance import MESSAGES_A_MINUTE, Allowance
from previews.fetching import MAX_BYTES
from previews.models import CachedPage
from previews.network import Policy
from realtime.errors import RealtimeError
from realtime.log import batch
from realtime.models import Event
from realtime.types import Caller, LogKey
from tasks.worker import Worker
from tests.actions import act, data_of, last_event, line, post, room
from tests.previews.site import Site, answer

pytestmark = pytest.mark.django_db
SECRET = "xyzzy-8842"


@pytest.fixture(autouse=True)
def previews_on(settings: Any, policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.LINK_PREVIEWS, settings.ALLOWED_HOSTS = True, ["chat.example.com"]
    monkeypatch.setattr(tasks, "policy", lambda: policy)
    monkeypatch.setattr(hooks, "allowance", Allowance())


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep files in folders of the test."""
    settings.FILE_PARTS = tmp_path / "uploads"
    storage = FolderStorage(location=str(tmp_path / "files"))
    monkeypatch.setattr("files.bodies.storage", lambda: storage)
    monkeypatch.setattr("files.services.deletion.collect_soon", lambda: None)


@pytest.fixture
def illustrated(site: Site) -> Site:
    """Return the site with a page that has a picture of 80 × 40 pixels."""
    picture = io.BytesIO()
    Image.new("RGB", (80, 40), "red").save(picture, "PNG")
    site.pages["/"] = answer(b"<title>A page</title><meta property=og:image content=/p.png>")
    site.pages["/p.png"] = answer(picture.getvalue(), kind="image/png")
    return site


@pytest.fixture
def key(ana: Caller, ben: Caller, host: Caller) -> LogKey:
    return room(host, ana, ben)


def work() -> None:
    """Run all tasks that are ready."""
    worker = Worker()
    while worker.work():
        pass


def previews(caller: Caller, key: LogKey, o: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = line(caller, key, o)["data"].get("previews", [])
    return found


def error(caller: Caller, method: str, **params: Any) -> RealtimeError:
    with pytest.raises(RealtimeError) as raised:
        act(caller, method, **params)
    return raised.value


def test_preview_is_stored_and_told_by_an_event_that_redacts_the_former(ana: Caller, key: LogKey, site: Site) -> None:
    o = post(ana, key, f"see {site.url}/")
    work()
    shown = {"url": f"{site.url}/", "title": "A page", "site": "127.0.0.1"}
    assert previews(ana, key, o) == [shown]
    event = last_event(key)
    assert (event.kind, event.actor, event.blanks) == ("message.edited", None, f"[{o}]")
    assert data_of(event)["line"] == line(ana, key, o)
    assert line(ana, key, o)["edited"] is None
    assert Event.objects.get(log__key=key, offset=o).data is None


def test_second_run_of_the_task_writes_nothing(ana: Caller, key: LogKey, site: Site) -> None:
    o = post(ana, key, f"see {site.url}/")
    work()
    head = last_event(key).offset
    tasks.previews_make.func(key, o)
    assert last_event(key).offset == head
    assert len(site.requests) == 1


def test_hook_asks_for_nothing_when_previews_are_off(ana: Caller, key: LogKey, site: Site, settings: Any) -> None:
    settings.LINK_PREVIEWS = False
    post(ana, key, f"see {site.url}/")
    assert not DBTaskResult.objects.exists()


def test_message_without_link_asks_for_nothing(ana: Caller, key: LogKey) -> None:
    for text in ("hello", "`http://a.test/`", "mail me@a.test"):
        post(ana, key, text)
    assert not DBTaskResult.objects.exists()


def test_page_is_fetched_once_for_all_messages(ana: Caller, ben: Caller, key: LogKey, site: Site) -> None:
    first, second = post(ana, key, f"{site.url}/#one"), post(ben, key, f"{site.url}/#two")
    work()
    assert previews(ana, key, first)[0]["title"] == previews(ana, key, second)[0]["title"] == "A page"
    assert len(site.requests) == 1


def test_page_without_preview_is_not_asked_again(ana: Caller, key: LogKey, site: Site) -> None:
    for _ in range(2):
        o = post(ana, key, f"{site.url}/missing")
        work()
        assert previews(ana, key, o) == []
    assert len(site.requests) == 1


def test_message_has_three_previews_at_most(ana: Caller, key: LogKey, site: Site) -> None:
    site.pages |= {f"/{n}": site.pages["/"] for n in range(5)}
    o = post(ana, key, " ".join(f"{site.url}/{n}" for n in range(5)))
    work()
    assert [each["url"] for each in previews(ana, key, o)] == [f"{site.url}/{n}" for n in range(3)]


def test_link_to_this_site_gets_no_preview(ana: Caller, key: LogKey, site: Site, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    post(ana, key, f"{site.url}/")
    work()
    assert site.requests == []


def test_message_deleted_meanwhile_gets_none_and_leaves_no_text(ana: Caller, key: LogKey, site: Site) -> None:
    o = post(ana, key, f"{site.url}/{SECRET}")
    act(ana, "message.delete", room=key, o=o)
    site.pages[f"/{SECRET}"] = answer(f"<title>{SECRET}</title>".encode())
    work()
    assert line(ana, key, o)["data"] is None
    assert not Event.objects.filter(data__contains=SECRET).exists()


def test_preview_is_gone_with_the_message_and_comes_back_with_it(ana: Caller, key: LogKey, site: Site) -> None:
    site.pages["/"] = answer(f"<title>{SECRET}</title>".encode())
    o = post(ana, key, f"{site.url}/")
    work()
    act(ana, "message.delete", room=key, o=o)
    assert not Event.objects.filter(data__contains=SECRET).exists()
    act(ana, "message.restore", room=key, o=o)
    assert previews(ana, key, o)[0]["title"] == SECRET


def test_previews_of_an_older_text_are_not_stored(ana: Caller, key: LogKey, site: Site) -> None:
    o = post(ana, key, f"{site.url}/")
    act(ana, "message.edit", room=key, o=o, text="no link")
    with batch([key]) as staged:
        given = [Preview(f"{site.url}/", "late")]
        assert services.previews_store(staged, room=key, o=o, touched=o, previews=given) is None
    assert previews(ana, key, o) == []


def test_edit_keeps_previews_of_links_that_stay(ana: Caller, key: LogKey, site: Site) -> None:
    site.pages["/b'&c"] = site.pages["/"]
    o = post(ana, key, f"{site.url}/ {site.url}/b'&c")
    work()
    act(ana, "message.edit", room=key, o=o, text=f"only {site.url}/b'&c")
    assert [each["url"] for each in previews(ana, key, o)] == [f"{site.url}/b'&c"]


def test_edit_that_adds_a_link_adds_its_preview(ana: Caller, key: LogKey, site: Site) -> None:
    o = post(ana, key, "no link")
    act(ana, "message.edit", room=key, o=o, text=f"a link: {site.url}/")
    work()
    assert len(previews(ana, key, o)) == 1


def test_author_removes_a_preview_and_brings_it_back(ana: Caller, key: LogKey, site: Site) -> None:
    o = post(ana, key, f"{site.url}/")
    work()
    act(ana, "preview.remove", room=key, o=o, url=f"{site.url}/")
    assert previews(ana, key, o) == []
    assert not Event.objects.filter(data__contains="A page").exists()
    act(ana, "preview.remove", room=key, o=o, url=f"{site.url}/", removed=False)
    assert len(previews(ana, key, o)) == 1
    assert len(site.requests) == 1


def test_removed_preview_stays_away_after_an_edit(ana: Caller, key: LogKey, site: Site) -> None:
    o = post(ana, key, f"{site.url}/")
    work()
    act(ana, "preview.remove", room=key, o=o, url=f"{site.url}/")
    act(ana, "message.edit", room=key, o=o, text=f"still {site.url}/")
    work()
    assert previews(ana, key, o) == []


def test_preview_removed_before_it_was_fetched_does_not_come(ana: Caller, key: LogKey, site: Site) -> None:
    o = post(ana, key, f"{site.url}/")
    act(ana, "preview.remove", room=key, o=o, url=f"{site.url}/")
    work()
    assert (previews(ana, key, o), site.requests) == ([], [])


def test_host_removes_a_preview_and_a_member_may_not(ana: Caller, ben: Caller, host: Caller, key: LogKey) -> None:
    o = post(ana, key, "http://a.test/")
    asked: dict[str, Any] = {"room": key, "o": o, "url": "http://a.test/"}
    assert error(ben, "preview.remove", **asked).code == 403
    act(host, "preview.remove", **asked)


def test_preview_of_what_is_not_there_is_refused(ana: Caller, key: LogKey) -> None:
    o = post(ana, key, "http://a.test/")
    assert error(ana, "preview.remove", room=key, o=o, url="http://b.test/").code == 404
    assert error(ana, "preview.remove", room=key, o=o + 99, url="http://a.test/").code == 404
    act(ana, "message.delete", room=key, o=o)
    assert error(ana, "preview.remove", room=key, o=o, url="http://a.test/").code == 409


def test_picture_becomes_a_file_of_the_message(ana: Caller, key: LogKey, illustrated: Site) -> None:
    o = post(ana, key, f"{illustrated.url}/")
    work()
    [shown] = previews(ana, key, o)
    assert (shown["w"], shown["h"]) == (80, 40)
    file = File.objects.get(key=shown["image"])
    assert (file.owner_id, file.offset, file.use, file.type) == (ana.pk, o, File.Use.MESSAGE, "image/png")
    assert readable(ana, file.key) == file
    act(ana, "message.delete", room=key, o=o)
    with pytest.raises(RealtimeError):
        readable(ana, file.key)


def test_preview_comes_back_with_its_picture_and_fetches_nothing(ana: Caller, key: LogKey, illustrated: Site) -> None:
    o = post(ana, key, f"{illustrated.url}/")
    work()
    before = previews(ana, key, o)
    for removed in (True, False):
        act(ana, "preview.remove", room=key, o=o, url=f"{illustrated.url}/", removed=removed)
        work()
    assert previews(ana, key, o) == before
    assert len(illustrated.requests) == 2


@pytest.mark.attack
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/png"),
        (b"<script>alert(1)</script>", "image/gif"),
        (b"", "image/png"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 1000, "image/png"),
        (b"x" * (MAX_BYTES + 1), "image/jpeg"),
    ],
)
def test_picture_that_is_none_is_left_out(body: bytes, kind: str, ana: Caller, key: LogKey, illustrated: Site) -> None:
    illustrated.pages["/p.png"] = answer(body, kind=kind)
    o = post(ana, key, f"{illustrated.url}/")
    work()
    assert previews(ana, key, o) == [{"url": f"{illustrated.url}/", "title": "A page", "site": "127.0.0.1"}]


@pytest.mark.attack
def test_picture_on_a_private_address_is_left_out(ana: Caller, key: LogKey, illustrated: Site) -> None:
    head = b"<title>A page</title><meta property=og:image content=http://10.0.0.1/p.png>"
    illustrated.pages["/"] = answer(head)
    o = post(ana, key, f"{illustrated.url}/")
    work()
    assert "image" not in previews(ana, key, o)[0]


@pytest.mark.attack
def test_address_is_stored_in_no_other_table_than_messages(ana: Caller, key: LogKey, site: Site) -> None:
    post(ana, key, f"{site.url}/{SECRET}")
    site.pages[f"/{SECRET}"] = site.pages["/"]
    work()
    assert CachedPage.objects.count() == 1
    assert SECRET not in str(list(CachedPage.objects.values()))
    assert SECRET not in str(list(DBTaskResult.objects.values()))


@pytest.mark.attack
def test_person_who_floods_with_links_gets_few_previews(ana: Caller, key: LogKey) -> None:
    for n in range(MESSAGES_A_MINUTE + 5):
        post(ana, key, f"http://a.test/{n}")
    assert DBTaskResult.objects.count() == MESSAGES_A_MINUTE


def test_allowance_begins_anew_with_each_minute() -> None:
    allowance = Allowance()
    assert [allowance.take(1, 0) for _ in range(MESSAGES_A_MINUTE + 1)][-2:] == [True, False]
    assert allowance.take(2, 0)
    assert allowance.take(1, 60_000)
