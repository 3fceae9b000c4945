"""Tests the table of permissions in docs/moderation.md against the code."""

from chat.permissions import NEEDED, ON_SITE
from tests.docs.pages import code, page, rows


def test_permissions_in_the_page_are_those_of_the_code() -> None:
    told = {code(row[0]): row[1] for row in rows(page("docs/moderation.md"), "Who may do what")}
    assert told == {act: f"{rank.value} {rank.name.lower()}" for act, rank in (NEEDED | ON_SITE).items()}
