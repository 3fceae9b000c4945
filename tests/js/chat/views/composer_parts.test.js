import assert from "node:assert/strict";
import { test } from "node:test";

import { ComposerParts } from "../../../../static/chat/views/composer_parts.js";

/** @param {string} name @param {any} value @param {boolean} isContent whether it may be sent without a text */
function part(name, value, isContent) {
  return {
    value,
    params() {
      return this.value ? { [name]: this.value } : {};
    },
    isEmpty() {
      return !(isContent && this.value);
    },
    sent() {
      this.value = null;
    },
    /** @param {any} pending */
    restore({ params }) {
      this.value = params[name];
    },
    drop() {
      const had = Boolean(this.value);
      this.value = null;
      return had;
    },
  };
}

test("parts add their params, and only content may be sent without a text", () => {
  const parts = new ComposerParts();
  const reply = part("re", 7, false);
  const files = part("files", null, true);
  parts.add(reply);
  parts.add(files);
  assert.deepEqual(parts.params(), { re: 7 });
  assert.equal(parts.isEmpty(), true);
  files.value = ["k"];
  assert.equal(parts.isEmpty(), false);
  assert.deepEqual(parts.params(), { re: 7, files: ["k"] });
  parts.sent();
  assert.deepEqual(parts.params(), {});
  parts.restore(/** @type {any} */ ({ params: { re: 7, files: ["k"] } }));
  assert.deepEqual(parts.params(), { re: 7, files: ["k"] });
});

test("Escape drops one part at a time", () => {
  const parts = new ComposerParts();
  parts.add(part("re", 7, false));
  parts.add(part("files", ["k"], true));
  assert.equal(parts.drop(), true);
  assert.deepEqual(parts.params(), { files: ["k"] });
  assert.equal(parts.drop(), true);
  assert.equal(parts.drop(), false);
});
