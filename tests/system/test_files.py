"""Files, which cannot be sent yet."""

from playwright.sync_api import expect

from tests.system.conftest import NewPerson

DROP = """(kind) => {
  const data = new DataTransfer();
  data.items.add(new File(["x"], "cat.png", { type: "image/png" }));
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
    : new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true });
  document.querySelector("#lines").dispatchEvent(event);
  return event.defaultPrevented;
}"""


def test_dropped_file_leaves_the_page_and_says_what_is_possible(person: NewPerson) -> None:
    ann = person().enter("Ann with a picture")
    assert ann.page.evaluate(DROP, "dragover")
    assert ann.page.evaluate(DROP, "drop")
    expect(ann.page.get_by_text("Files can't be sent yet.")).to_be_visible()


def test_pasted_file_is_answered(person: NewPerson) -> None:
    ann = person().enter("Ann with a screenshot")
    ann.page.evaluate(DROP, "paste")
    expect(ann.page.get_by_text("Files can't be sent yet.")).to_be_visible()
