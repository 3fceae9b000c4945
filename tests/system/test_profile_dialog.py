"""The Profile dialog in a low window."""

from secrets import token_hex

import pytest
from playwright.sync_api import expect

from tests.system.conftest import NewPerson
from tests.system.person import DESKTOP, PHONE


@pytest.mark.parametrize("screen", [DESKTOP, PHONE])
def test_profile_dialog_shows_its_buttons_when_it_is_taller_than_the_window(
    person: NewPerson, screen: dict[str, object]
) -> None:
    ada = person(**screen)
    ada.enter(f"Ada {token_hex(3)}")
    if screen is PHONE:
        ada.page.set_viewport_size({"width": 360, "height": 640})
    ada.page.locator("#me").evaluate("button => button.click()")
    dialog = ada.page.locator("#profile-dialog")
    assert dialog.evaluate("it => it.scrollHeight > it.clientHeight")
    for button in dialog.locator(".dialog-acts button").all():
        expect(button).to_be_in_viewport(ratio=1)
