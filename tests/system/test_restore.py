"""A server that is restored from a backup while a tab is open: what the tab still holds is not lost."""

from pathlib import Path

from playwright.sync_api import expect

from tests.services.parlor import Parlor
from tests.system.conftest import NewPerson
from tests.system.person import LOST_LINE


def restored(parlor: Parlor, file: Path, *options: str) -> None:
    parlor.stop()
    parlor.manage("restore", str(file), *options)
    parlor.start()


def test_tab_offers_the_messages_that_a_restore_has_lost(person: NewPerson, own_server: Parlor, tmp_path: Path) -> None:
    ann = person(own_server.url).enter("Ann who remembers")
    bo = person(own_server.url).enter("Bo who reads")
    for one in (ann, bo):
        one.expects(LOST_LINE, "Failed to load resource")
    ann.say("kept")
    ann.expect_said("kept")
    own_server.manage("backup", str(tmp_path / "backup"))
    ann.say("lost one", "lost two")
    bo.expect_said("lost one", "lost two")
    restored(own_server, tmp_path / "backup", "--keep-logins")
    dialog = ann.page.get_by_role("dialog", name="The server was restored from a backup")
    expect(dialog).to_contain_text("2 of your messages")
    expect(bo.line("lost one")).to_have_count(0)
    dialog.get_by_role("button", name="Send again").click()
    ann.expect_said("kept", "lost one", "lost two")
    bo.expect_said("kept", "lost one", "lost two")
    expect(bo.page.get_by_role("dialog")).to_have_count(0)
