"""Data that an earlier release left in a browser: a draft, and a message that was not sent."""

from playwright.sync_api import expect

from tests.system.conftest import NewPerson

LEAVE = """async ([room, draft, message]) => {
  const { id } = JSON.parse(document.getElementById("boot").text).user;
  localStorage.setItem(`parlor.draft.${id}.${room}`, draft);
  const cid = "AAAAAAAAAAAAAAAAAAAAAA";
  const entry = {
    cid, room, method: "message.post", params: { room, text: message, cid },
    at: 1, losses: 0, state: "waiting", problem: null,
  };
  const request = indexedDB.open(`parlor.outbox.${id}`);
  request.onupgradeneeded = () => request.result.createObjectStore("entries", { keyPath: "cid" });
  await new Promise((resolve) => (request.onsuccess = resolve));
  const transaction = request.result.transaction("entries", "readwrite");
  transaction.objectStore("entries").put(entry);
  await new Promise((resolve) => (transaction.oncomplete = resolve));
  request.result.close();
}"""


def test_page_takes_the_draft_and_the_unsent_message_of_release_0_1(person: NewPerson) -> None:
    ann = person().enter("Ann who upgrades")
    room = ann.makes_room("After an upgrade").split("/")[2]
    ann.page.evaluate(LEAVE, [room, "half a sentence", "written before the upgrade"])
    ann.page.reload()
    ann.expect_said("written before the upgrade")
    expect(ann.composer).to_have_value("half a sentence")
    ann.page.reload()
    ann.expect_said("written before the upgrade")
    assert [row.text for row in ann.rows].count("written before the upgrade") == 1
