"""The list of rooms and the end of a room in the browser: searched, left by its last host, archived, restored."""

from playwright.sync_api import expect

from tests.system.conftest import NewPerson


def test_last_host_is_asked_first_archives_the_room_and_brings_it_back(person: NewPerson) -> None:
    ann, bo = person().enter("Ann closes"), person().enter("Bo looks")
    ann.makes_room("Greenhouse")
    bo.page.get_by_role("button", name="Browse rooms").click()
    found = bo.page.get_by_role("dialog", name="Browse rooms")
    found.get_by_label("Search rooms").fill("gard")
    found.get_by_role("listitem").filter(has_text="Greenhouse").get_by_role("button", name="Join room").click()
    expect(bo.heading("Greenhouse")).to_be_visible()

    ann.page.get_by_role("button", name="Room menu").click()
    ann.page.get_by_role("menuitem", name="Leave room").click()
    asked = ann.page.get_by_role("dialog", name="This room needs a host")
    expect(asked.get_by_label("New host")).to_have_text("Bo looks")
    assert asked.evaluate("(box) => box.scrollWidth <= box.clientWidth")
    asked.get_by_role("button", name="Archive room").click()
    ann.page.get_by_role("dialog", name="Archive Greenhouse?").get_by_role("button", name="Archive").click()
    expect(bo.room("Greenhouse")).to_have_count(0)
    expect(ann.page.get_by_text("A host can restore the room.")).to_be_visible()
    expect(ann.composer).to_be_hidden()
    expect(ann.page.get_by_role("textbox", name="Invite link")).to_be_hidden()

    ann.page.get_by_role("button", name="Browse rooms").click()
    mine = ann.page.get_by_role("dialog", name="Browse rooms")
    mine.get_by_role("button", name="Archived rooms").click()
    mine.get_by_role("listitem").filter(has_text="Greenhouse").get_by_role("button", name="Restore").click()
    expect(bo.room("Greenhouse")).to_be_visible()
