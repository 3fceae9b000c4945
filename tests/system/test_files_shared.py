"""Files that people send each other: pictures, other files, and what happens when the line is cut."""

import base64
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Locator, expect

from tests.system.conftest import NewPerson
from tests.system.connection_proxy import ConnectionProxy
from tests.system.look import ViewCheck
from tests.system.person import LOST_LINE, PHONE, Person

GIVE = """([kind, files, text]) => {
  const data = new DataTransfer();
  for (const { name, type, base64 } of files) {
    const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
    data.items.add(new File([bytes], name, { type }));
  }
  if (text) data.setData("text/plain", text);
  const options = { bubbles: true, cancelable: true };
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { clipboardData: data, ...options })
    : new DragEvent(kind, { dataTransfer: data, ...options });
  document.querySelector(kind === "paste" ? "#text" : "#lines").dispatchEvent(event);
  return event.defaultPrevented;
}"""
NOISE = bytes((n * 7919 + (n >> 8) * 31) % 256 for n in range(3 * 1024 * 1024))
PDF: FilePayload = {"name": "notes.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 notes"}
XSS = '"><img src=x onerror=alert(1)>'


def picture(name: str = "cat.png", size: tuple[int, int] = (900, 600), colour: str = "#c23f28") -> FilePayload:
    """Return a picture as Playwright takes it."""
    body = BytesIO()
    Image.new("RGB", size, colour).save(body, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": body.getvalue()}


def give(person: Person, kind: str, *files: FilePayload, text: str = "") -> bool:
    """Paste or drop files, and return whether the page took them itself."""
    given = [
        {"name": file["name"], "type": file["mimeType"], "base64": base64.b64encode(file["buffer"]).decode()}
        for file in files
    ]
    return bool(person.page.evaluate(GIVE, [kind, given, text]))


def choose(person: Person, *files: FilePayload) -> None:
    person.page.locator("#attach-files").set_input_files(list(files))


def cards(person: Person) -> Locator:
    """Return the files in the composer."""
    return person.page.get_by_role("list", name="Files of your message").get_by_role("listitem")


def pictures(person: Person) -> Locator:
    return person.log.locator(".picture img")


def expect_loaded(image: Locator, count: int) -> None:
    """Wait until each picture is there."""
    expect(image).to_have_count(count)
    for n in range(count):
        image.nth(n).scroll_into_view_if_needed()
        expect(image.nth(n)).to_have_js_property("complete", True)
        assert image.nth(n).evaluate("(image) => image.naturalWidth") > 0


def send(person: Person) -> None:
    person.page.get_by_role("button", name="Send").click()


def test_pictures_and_files_reach_a_reader_on_a_phone(person: NewPerson) -> None:
    ann, bo = person().enter("Ann with pictures"), person(**PHONE).enter("Bo on the phone")
    room = ann.makes_room("Pictures for a phone")
    bo.page.goto(room)
    bo.page.get_by_role("button", name="Join room").click()
    choose(
        ann,
        picture(),
        picture("dog.png", (300, 900)),
        {"name": "notes.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 notes"},
    )
    expect(cards(ann)).to_have_count(3)
    cards(ann).first.get_by_role("button", name="Describe cat.png").click()
    ann.page.get_by_label("Description").fill("A red cat")
    ann.page.get_by_label("Description").press("Enter")
    expect(cards(ann).first.get_by_role("button", name="Change the description of cat.png")).to_be_visible()
    ann.say("look at these")
    expect(cards(ann)).to_have_count(0)
    for one in (ann, bo):
        expect_loaded(pictures(one), 2)
        expect(one.log.get_by_role("img", name="A red cat")).to_be_visible()
        expect(one.log.get_by_role("link", name="notes.pdf PDF")).to_be_visible()
    with bo.page.expect_download() as download:
        bo.log.get_by_role("link", name="notes.pdf PDF").tap()
    assert download.value.suggested_filename == "notes.pdf"
    assert download.value.path().read_bytes() == b"%PDF-1.7 notes"
    bo.page.reload()
    expect_loaded(pictures(bo), 2)


def test_picture_takes_no_more_room_when_it_is_loaded(person: NewPerson) -> None:
    ann = person().enter("Ann reserves room")
    room = ann.makes_room("Reserved room")
    choose(ann, picture("wide.png", (1600, 400)))
    send(ann)
    expect_loaded(pictures(ann), 1)
    bo = person().enter("Bo sees no jump")
    bo.page.route("**/files/**", lambda route: None)  # it never answers
    bo.page.goto(room, wait_until="domcontentloaded")
    box = pictures(bo).bounding_box()
    assert box
    assert (round(box["width"]), round(box["height"])) == (400, 100)
    bo.page.unroute_all(behavior="ignoreErrors")


def test_lightbox_walks_through_pictures_by_keys_and_returns_the_focus(person: NewPerson) -> None:
    ann = person().enter("Ann looks closely")
    ann.makes_room("Lightbox")
    choose(ann, picture("one.png"), picture("two.png", colour="#2a7594"))
    send(ann)
    expect_loaded(pictures(ann), 2)
    links = ann.log.locator(".picture a[href]")
    expect(links).to_have_count(2)
    links.first.focus()
    ann.page.keyboard.press("Enter")
    box = ann.page.get_by_role("dialog", name="Picture")
    expect(box).to_contain_text("one.png")
    expect(box).to_contain_text("1 / 2")
    ann.page.keyboard.press("ArrowRight")
    expect(box.get_by_role("img", name="Picture without a description: two.png")).to_be_visible()
    ann.page.keyboard.press("+")
    expect(box.locator("#lightbox-stage")).to_have_class("lightbox-stage zoomed")
    ann.page.keyboard.press("0")
    check = ViewCheck(ann)
    check.at("lightbox", "#lightbox")
    assert check.faults == []
    ann.page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(links.nth(1)).to_be_focused()


def test_file_is_pasted_or_dropped_and_a_text_stays_a_text(person: NewPerson) -> None:
    ann = person().enter("Ann pastes")
    ann.makes_room("Paste and drop")
    assert give(ann, "paste", picture("image.png"))
    assert give(ann, "dragover", picture("dropped.png"))
    expect(ann.page.get_by_text("Drop files to add them to your message")).to_be_visible()
    assert give(ann, "drop", picture("dropped.png"))
    expect(ann.page.get_by_text("Drop files to add them to your message")).to_be_hidden()
    assert not give(ann, "paste", picture("table.png"), text="1\t2\t3")
    assert give(ann, "paste", picture("from Finder.png"), text="from Finder.png")
    expect(cards(ann)).to_have_count(3)
    cards(ann).first.get_by_role("button", name="Remove image.png").click()
    expect(cards(ann)).to_have_count(2)
    expect(ann.composer).to_be_focused()
    check = ViewCheck(ann)
    check.at("composer with files", "#composer")
    assert check.faults == []


def test_refused_file_says_why_in_the_composer(person: NewPerson) -> None:
    ann = person().enter("Ann is refused")
    ann.expects("Failed to load resource: the server responded with a status of 422")
    ann.makes_room("Refused files")
    composer = ann.page.locator("#attachments")
    choose(ann, {"name": "empty.txt", "mimeType": "text/plain", "buffer": b""})
    expect(composer).to_have_text("empty.txt: This file is empty.")
    choose(ann, {"name": "IMG_1.HEIC", "mimeType": "", "buffer": b"x"})
    expect(composer).to_contain_text("IMG_1.HEIC: HEIC photos don't show everywhere.")
    choose(ann, *(picture(f"{n}.png", (9, 9)) for n in range(11)))
    expect(composer).to_contain_text("A message can have up to 10 files.")
    expect(cards(ann)).to_have_count(10)
    send(ann)
    expect_loaded(pictures(ann), 10)
    choose(ann, {"name": "broken.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\nrest"})
    expect(cards(ann)).to_contain_text("This picture is damaged")
    ann.say("the text goes without it")
    expect(ann.line("the text goes without it")).to_be_visible()
    expect(cards(ann)).to_have_count(1)


def test_upload_cut_by_the_line_and_a_reload_arrives_once(person: NewPerson, connection_proxy: ConnectionProxy) -> None:
    ann = person(connection_proxy.url).enter("Ann in a tunnel")
    ann.expects(LOST_LINE)
    ann.expects("Failed to load resource: net::ERR")
    room = ann.makes_room("Through a tunnel")
    connection_proxy.cut()
    choose(ann, {"name": "noise.bin", "mimeType": "application/octet-stream", "buffer": NOISE})
    ann.say("a long file")
    expect(ann.log.get_by_role("progressbar", name="Upload progress")).to_be_visible()
    connection_proxy.restore()
    ann.page.wait_for_function("() => document.querySelector('.line-upload progress')?.value > 300_000")
    connection_proxy.cut()
    connection_proxy.restore()
    ann.page.reload()
    expect(ann.line("a long file")).to_be_visible()
    chip = ann.log.get_by_role("link", name="noise.bin BIN")
    expect(ann.log.locator(".file-chip[href]")).to_have_count(1, timeout=60_000)
    with ann.page.expect_download() as download:
        chip.click()
    assert download.value.path().read_bytes() == NOISE
    bo = person().enter("Bo waits outside", room)
    expect(bo.log.locator(".file-chip")).to_have_count(1)


def test_files_of_a_draft_survive_a_reload(person: NewPerson) -> None:
    ann = person().enter("Ann reloads")
    ann.makes_room("Kept draft")
    choose(ann, picture("kept.png"))
    expect(cards(ann)).to_contain_text("PNG")
    ann.page.reload()
    expect(cards(ann)).to_have_count(1)
    send(ann)
    expect_loaded(pictures(ann), 1)


def test_removed_picture_is_gone_for_all(person: NewPerson) -> None:
    ann = person().enter("Ann regrets")
    room = ann.makes_room("Regretted picture")
    choose(ann, picture("secret.png"))
    ann.say("do not look")
    expect_loaded(pictures(ann), 1)
    bo = person().enter("Bo looked", room)
    bo.expects("Failed to load resource: the server responded with a status of 404")
    expect_loaded(pictures(bo), 1)
    address = bo.log.locator(".picture a").get_attribute("href")
    ann.act_on("do not look", "Delete")
    expect(pictures(bo)).to_have_count(0)
    assert bo.page.evaluate("async (address) => (await fetch(address, { cache: 'no-store' })).status", address) == 404
    ann.page.get_by_role("button", name="Undo").click()
    expect_loaded(pictures(bo), 1)


@pytest.mark.attack
def test_name_and_description_are_never_markup(person: NewPerson) -> None:
    ann = person().enter("Ann writes markup")
    room = ann.makes_room("Markup in names")
    choose(ann, picture(f"{XSS}.png"), {"name": f"{XSS}.txt", "mimeType": "text/html", "buffer": b"<script>1</script>"})
    cards(ann).first.locator("[data-act=describe]").click()
    ann.page.get_by_label("Description").fill(XSS)
    ann.page.get_by_label("Description").press("Enter")
    send(ann)
    expect_loaded(pictures(ann), 1)
    bo = person().enter("Bo reads markup", room)
    expect_loaded(pictures(bo), 1)
    expect(pictures(bo)).to_have_attribute("alt", XSS)
    assert bo.log.locator("img").count() == 1
    bo.log.locator(".picture a").click()
    expect(bo.page.locator("#lightbox-caption")).to_have_text(XSS)
    with bo.page.expect_download():
        bo.page.keyboard.press("Escape")
        bo.log.locator(".file-chip").click()
