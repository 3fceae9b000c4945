"""Check a view by axe-core in both themes, and that it is not wider than the screen."""

from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from tests.system.person import Person

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
OPTIONS: dict[str, Any] = {"resultTypes": ["violations"], "preload": False, "rules": {"target-size": {"enabled": True}}}
FAULTS = """async ([where, options]) => {
  for (const change of document.getAnimations()) if (change instanceof CSSTransition) change.finish();
  const { violations } = await axe.run(where, options);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id} ${html.slice(0, 150)}`));
}"""


class ViewCheck:
    """A person who goes from view to view, and all that was found."""

    def __init__(self, person: Person) -> None:
        self.page = person.page
        self.faults: list[str] = []

    def at(self, view: str, where: str = "html") -> None:
        if self.page.evaluate("!window.axe"):
            self.page.evaluate(AXE_SCRIPT)
        for theme in THEMES:
            self.page.emulate_media(color_scheme=theme)
            self.faults += [f"{view}, {theme}: {fault}" for fault in self.page.evaluate(FAULTS, [where, OPTIONS])]
        if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.faults.append(f"{view}: wider than the screen")

    def visit(self, path: str, view: str) -> None:
        self.page.goto(path)
        self.at(view)

    def opened(self, button: str, what: str) -> None:
        """Open a dialog or a menu, check it, and close it."""
        if not self.page.locator(button).is_visible():
            self.page.locator("#back").click()
        self.page.locator(button).click()
        expect(self.page.locator(what)).to_be_visible()
        self.at(what, what)
        self.page.keyboard.press("Escape")
        expect(self.page.locator(what)).to_be_hidden()
