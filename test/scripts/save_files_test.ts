import assert from "node:assert/strict";
import { join } from "node:path";
import { saveFiles } from "../../scripts/save_files.ts";
import { temporaryFolder } from "../temporary_folder.ts";

Deno.test("saveFiles() leaves nothing behind of what it cannot write", async () => {
  await using folder = await temporaryFolder();
  await Deno.mkdir(join(folder.path, "b", "full"), { recursive: true });
  const path = join(folder.path, "b");
  await assert.rejects(
    saveFiles(folder.path, { a: "first", b: "second" }),
    ({ message }: Error) => message.startsWith(`Cannot write "${path}": `),
  );
  const names = await Array.fromAsync(Deno.readDir(folder.path));
  assert.deepEqual(names.map(({ name }) => name).sort(), ["a", "b"]);
  const text = await Deno.readTextFile(join(folder.path, "a"));
  assert.equal(text, "first");
});
