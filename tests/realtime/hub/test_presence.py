"""Presence is the union of what the processes say."""

from hypothesis import given
from hypothesis import strategies as st

from realtime.hub.presence import Presence
from realtime.types import UserId

MEI, JONAS = UserId("mei"), UserId("jonas")
PERSON = {"name": "x", "rev": 1}


def test_person_who_leaves_one_process_is_still_in_the_other() -> None:
    here = Presence()
    here.update("a", {MEI: PERSON}, 0)
    here.update("b", {MEI: PERSON}, 0)
    assert here.update("a", {MEI: None}, 0) == {}
    assert here.update("b", {MEI: None}, 0) == {MEI: None}


def test_full_report_corrects_a_lost_one() -> None:
    here = Presence()
    here.update("a", {MEI: PERSON, JONAS: PERSON}, 0)
    assert here.update("a", {JONAS: PERSON}, 1, full=True) == {MEI: None}


def test_expire_forgets_a_silent_process_and_keeps_this_one() -> None:
    here = Presence()
    here.update("me", {MEI: PERSON}, 0)
    here.update("dead", {JONAS: PERSON}, 0)
    assert here.expire(30, 25, "me") == {JONAS: None}
    assert here.people == {MEI: PERSON}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([MEI, JONAS]), st.booleans())))
def test_changes_add_up_to_the_people_present(words: list[tuple[str, UserId, bool]]) -> None:
    here, told = Presence(), dict[UserId, object]()
    for process, user, there in words:
        for who, person in here.update(process, {user: PERSON if there else None}, 0).items():
            told[who] = person
    assert {who for who, person in told.items() if person} == set(here.people)
