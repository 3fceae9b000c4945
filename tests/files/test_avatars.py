"""Pictures of people."""

from typing import Any

import pytest

from accounts.models import User
from accounts.selectors import people
from accounts.services.people import person_forget
from files.models import File
from files.services.deletion import collect
from realtime.errors import RealtimeError
from realtime.log import now_ms
from realtime.types import Caller
from tests.actions import act, ask
from tests.files.browser import Browser, content
from tests.files.samples import HTML, animation, opened, picture

pytestmark = pytest.mark.django_db


def refused(caller: Caller, **params: Any) -> str:
    with pytest.raises(RealtimeError) as error:
        act(caller, "avatar.set", **params)
    return error.value.type


@pytest.mark.parametrize("body", [picture("JPEG", (900, 300)), picture("PNG", (10, 20), mode="RGBA"), animation()])
def test_square_is_cut_out_of_the_middle(web: Browser, body: bytes) -> None:
    file = web.file(body, "me.jpg", square=True)
    assert (file["type"], file["w"], file["h"], file["name"]) == ("image/webp", 256, 256, "me.webp")
    assert opened(web.body(file["key"])).size == (256, 256)


def test_picture_is_seen_by_everybody_and_the_former_one_is_deleted(web: Browser, ana: Caller, ben: Caller) -> None:
    first, second = (web.file(picture("PNG", (n, n)), square=True)["key"] for n in (30, 40))
    assert Browser(ben).status(first) == 404
    shown = act(ana, "avatar.set", file=first)["user"]
    assert (shown["id"], shown["picture"]) == (ana.id, first)
    assert act(ana, "avatar.set", file=first)["user"]["picture"] == first
    assert ask(ben, "people.read", ids=[ana.id])["people"][ana.id]["picture"] == first
    answer = Browser().get(f"{first}/face")
    assert (answer.status_code, opened(content(answer)).size) == (200, (256, 256))
    assert answer["Cache-Control"] == "private, max-age=86400"
    act(ana, "avatar.set", file=second)
    assert (Browser().status(first), Browser().status(second)) == (404, 200)
    act(ana, "avatar.set", file=None)
    assert (people([ana.id])[ana.id]["picture"], Browser().status(second)) == ("", 404)
    collect()
    assert File.objects.count() == 0


def test_file_that_is_no_square_of_the_caller_is_refused(web: Browser, ana: Caller, ben: Caller) -> None:
    plain, square = web.file(picture())["key"], web.file(picture(), square=True)["key"]
    assert refused(ana, file=plain) == "no_file"
    assert refused(ben, file=square) == "no_file"
    assert refused(ana, file="x" * 22) == "no_file"
    assert web.upload(HTML, square=True)["type"] == "bad_image"


def test_muted_person_may_only_remove_the_picture(web: Browser, ana: Caller) -> None:
    square = web.file(picture(), square=True)["key"]
    User.objects.filter(pk=ana.pk).update(muted_until=now_ms() + 60_000)
    assert refused(ana, file=square) == "muted"
    assert act(ana, "avatar.set", file=None)["user"]["picture"] == ""


def test_deleted_account_takes_its_picture(web: Browser, ana: Caller) -> None:
    square = web.file(picture(), square=True)["key"]
    act(ana, "avatar.set", file=square)
    person_forget(user=User.objects.get(pk=ana.pk), now=now_ms())
    assert (people([ana.id])[ana.id]["picture"], Browser().status(square)) == ("", 404)
