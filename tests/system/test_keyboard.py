"""The whole flow without a pointer."""

from playwright.sync_api import Locator, expect

from tests.system.conftest import NewPerson
from tests.system.person import Person

FURTHEST = 40


def tab_to(person: Person, goal: Locator, key: str = "Tab") -> None:
    for _ in range(FURTHEST):
        person.page.keyboard.press(key)
        if goal.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError(f"{FURTHEST} × {key} do not reach {goal}")


def test_page_can_be_used_by_keyboard_alone(person: NewPerson) -> None:
    ann = person()
    press, write = ann.page.keyboard.press, ann.page.keyboard.type
    main = ann.page.get_by_role("main")

    ann.page.goto("/")
    expect(ann.page.get_by_label("Your name")).to_be_focused()
    write("Ann of the keys")
    press("Enter")
    expect(ann.composer).to_be_focused()

    tab_to(ann, ann.page.locator("#create"), "Shift+Tab")
    press("Enter")
    expect(ann.page.get_by_role("dialog", name="New room").get_by_label("Name")).to_be_focused()
    write("Keys only")
    press("Enter")
    expect(ann.heading("Keys only")).to_be_visible()
    expect(ann.composer).to_be_focused()

    write("frist")
    press("Enter")
    ann.expect_said("frist")
    press("ArrowUp")
    expect(ann.composer).to_have_value("frist")
    for _ in "rist":
        press("Backspace")
    write("irst")
    press("Enter")
    expect(ann.line("first")).to_contain_text("(edited)")

    tab_to(ann, ann.log, "Shift+Tab")
    press("ArrowUp")
    expect(ann.line("first")).to_be_focused()
    press("Enter")
    expect(ann.page.get_by_role("toolbar").get_by_role("button", name="Reply")).to_be_focused()
    press("ArrowLeft")
    expect(ann.page.get_by_role("toolbar").get_by_role("button", name="More")).to_be_focused()
    press("Enter")
    menu = ann.page.get_by_role("menu", name="Message actions")
    tab_to(ann, menu.get_by_role("menuitem", name="Delete"), "ArrowDown")
    press("Enter")
    expect(ann.line("Message deleted")).to_be_visible()
    tab_to(ann, main.get_by_role("button", name="Undo"))
    press("Enter")
    expect(ann.line("first")).to_be_visible()

    tab_to(ann, main.get_by_role("button", name="Invite", exact=True), "Shift+Tab")
    press("Enter")
    dialog = ann.page.get_by_role("dialog", name="Invite")
    expect(dialog).to_be_visible()
    tab_to(ann, dialog.get_by_role("button", name="Create invite link"))
    press("Enter")
    expect(dialog.get_by_role("textbox", name="Invite link")).to_have_count(2)
    press("Escape")
    expect(dialog).to_be_hidden()
    expect(main.get_by_role("button", name="Invite", exact=True)).to_be_focused()

    press("Control+k")
    write("loun")
    press("Enter")
    expect(ann.heading("Lounge")).to_be_visible()
    expect(ann.composer).to_be_focused()
