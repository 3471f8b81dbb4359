import assert from "node:assert/strict";
import { inOneLine } from "../../../dataset/files/errors.ts";
import { shownLine } from "../../../dataset/files/shown_line.ts";

Deno.test("shownLine() removes all control characters", () => {
  const controls = [0, 7, 8, 9, 10, 13, 0x1b, 0x7f, 0x85, 0x9b, 0x61c]
    .concat([0x200e, 0x200f, 0x2028, 0x2029])
    .concat([0x202a, 0x202b, 0x202c, 0x202d, 0x202e])
    .concat([0x2066, 0x2067, 0x2068, 0x2069]);
  for (const code of controls) {
    const character = String.fromCodePoint(code);
    const line = shownLine(`"a${character}b" ${character} c${character}`);
    assert.equal(line, '"a b" c', code.toString(16));
  }
  const kept = "fold 1  ✓ naïve Жα 猫 😀 שלום";
  assert.equal(shownLine(kept), kept);
});

Deno.test("shownLine() keeps both ends of a long line", () => {
  const line = shownLine(`Cannot read "${"a".repeat(10_000)}": it is a folder`);
  assert.equal(line.length, 501);
  assert.match(line, /^Cannot read "a+…a+": it is a folder$/);
  assert.equal(shownLine("\u202e".repeat(1e6)), "…".padStart(2));
  assert.equal(inOneLine("it is\nempty."), "it is empty");
});
