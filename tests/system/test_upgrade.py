"""Tests of a browser that keeps what the client of release 0.1 wrote into its storage."""

from secrets import token_urlsafe

from playwright.sync_api import expect

from tests.system.conftest import NewPerson

UNSENT, DRAFT = "not sent before the upgrade", "a draft from before the upgrade"
WRITE_AS_0_1 = """async ([room, cid, text, draft]) => {
  const { user } = await (await fetch("/realtime/token")).json();
  localStorage.setItem(`parlor.draft.${user}.${room}`, draft);
  const name = `parlor.outbox.${user}`;
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => reject(new Error(`${name} is in use`));
  });
  await done(indexedDB.deleteDatabase(name));
  const opening = indexedDB.open(name);
  opening.onupgradeneeded = () => opening.result.createObjectStore("entries", { keyPath: "cid" });
  const database = await done(opening);
  await done(database.transaction("entries", "readwrite").objectStore("entries").put({
    cid, room, method: "message.post", params: { room, text, cid },
    at: Date.now(), losses: 0, state: "waiting", problem: null,
  }));
  database.close();
}"""
"""The storage keys and the record of commit 9204de6: static/realtime/drafts.js, entry_storage.js and outbox.js."""


def test_client_sends_the_unsent_message_of_release_0_1_once_and_shows_its_draft(person: NewPerson) -> None:
    ann = person().enter("Ann who upgrades")
    address = ann.makes_room("Upgraded")
    room = address.split("/")[2]
    ann.page.goto("/account/login/")  # a page without the client of rooms
    ann.page.evaluate(WRITE_AS_0_1, [room, token_urlsafe(16), UNSENT, DRAFT])
    for _ in ("the first load of the new client", "a reload"):
        ann.page.goto(address)
        ann.expect_said(UNSENT)
        expect(ann.composer).to_have_value(DRAFT)
        assert [row.text for row in ann.rows] == [UNSENT]
