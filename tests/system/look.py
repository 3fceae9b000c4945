"""What axe-core has against a view, in both themes; and whether it is wider than the screen."""

from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.system.person import Person

ALL_RULES = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
RULES_OF_COLOUR = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}

Theme = Literal["light", "dark"]
THEMES: dict[Theme, dict[str, Any]] = {"light": ALL_RULES, "dark": RULES_OF_COLOUR}


class Look:
    """A person who goes from view to view, and what axe has against each."""

    def __init__(self, person: Person) -> None:
        self.page = person.page
        self.person = person
        self.faults: list[str] = []

    def at(self, view: str) -> None:
        for theme, rules in THEMES.items():
            self.page.emulate_media(color_scheme=theme)
            for fault in Axe().run(self.page, options=rules).response["violations"]:
                self.faults += [f"{view}, {theme}: {fault['id']} {node['html'][:150]}" for node in fault["nodes"]]
        if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.faults.append(f"{view}: wider than the screen")

    def visit(self, path: str, view: str) -> None:
        self.page.goto(path)
        self.at(view)

    def opened(self, button: str, what: str) -> None:
        """A dialog or a menu, and away from it again."""
        if not self.page.locator(button).is_visible():
            self.page.locator("#back").click()
        self.page.locator(button).click()
        expect(self.page.locator(what)).to_be_visible()
        self.at(what)
        self.page.keyboard.press("Escape")
        expect(self.page.locator(what)).to_be_hidden()
