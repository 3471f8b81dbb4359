import assert from "node:assert/strict";
import * as library from "../mod.ts";

const SNAPSHOT = new URL("./public_names.txt", import.meta.url);

Deno.test("mod.ts exports the names in test/public_names.txt, and no others", async () => {
  const names = (await Deno.readTextFile(SNAPSHOT)).trimEnd().split("\n");
  assert.deepEqual(Object.keys(library).sort(), names);
});
