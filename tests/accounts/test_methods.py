"""Methods about people."""

import pytest

from realtime.errors import RealtimeError
from realtime.types import LogKey, Signal
from tests.actions import act, ask, call, guest, outcome

pytestmark = pytest.mark.django_db


def test_people_are_read_by_their_ids_and_the_unknown_left_out() -> None:
    ana = guest("Ana")
    assert ask(ana, "people.read", ids=[ana.id, "nobody"]) == {"people": {ana.id: ana.person}}


def test_new_name_is_answered_and_sent_to_own_tabs() -> None:
    ana = guest("Ana")
    answer = outcome(call(ana, "profile.change", name="Anna", face="🦊", colour=5))
    person = {"name": "Anna", "face": "🦊", "colour": 5, "rev": 2, "picture": "", "badge": "guest"}
    assert answer.result == {"user": {"id": ana.id, **person}}
    assert answer.signals == (Signal(LogKey(""), "person", ana.id, person, to=ana.id),)


def test_name_of_another_user_is_409_with_a_free_one() -> None:
    ana, _ = guest("Ana"), guest("Ben")
    with pytest.raises(RealtimeError) as error:
        act(ana, "profile.change", name="BEN", face="", colour=0)
    assert (error.value.code, *error.value.args) == (409, "name_taken")
    assert error.value.more == {"suggestion": "BEN 2"}
