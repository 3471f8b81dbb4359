import assert from "node:assert/strict";
import { join } from "node:path";
import { lockFolder } from "../../../scripts/run/lock.ts";
import {
  removeUnfinished,
  saveFiles,
} from "../../../scripts/files/atomic_write.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";

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

Deno.test("saveFiles() follows no link, whatever is planted beside a file", async () => {
  await using folder = await temporaryFolder();
  const victim = join(folder.path, "victim");
  await Deno.writeTextFile(victim, "mine");
  const run = join(folder.path, "run");
  await Deno.mkdir(run);
  for (const name of ["config.yaml", "config.yaml.new"]) {
    await Deno.symlink(victim, join(run, name));
  }
  const [path] = await saveFiles(run, { "config.yaml": "ours" });
  assert.equal(await Deno.readTextFile(victim), "mine");
  assert((await Deno.lstat(path)).isFile);
  assert.equal(await Deno.readTextFile(path), "ours");
});

Deno.test("saveFiles() refuses a name that leads to another folder", async () => {
  await using folder = await temporaryFolder();
  const names = ["../a", "/a", "b/a", "..", ".", "", "..\\a", "a\0"];
  for (const name of names) {
    await assert.rejects(saveFiles(folder.path, { first: "", [name]: "" }), {
      name: "RangeError",
      message: `Cannot write a file named ${JSON.stringify(name)}: expected ` +
        "a name without a folder",
    });
  }
  assert.deepEqual(await Array.fromAsync(Deno.readDir(folder.path)), []);
});

Deno.test("removeUnfinished() removes what a killed process was writing", async () => {
  await using folder = await temporaryFolder();
  const module = import.meta.resolve("../../../scripts/files/atomic_write.ts");
  // The process ends itself once a part of the file is on the disk.
  const code = `
    import { saveFiles } from "${module}";
    Deno.FsFile.prototype.sync = () => Deno.kill(Deno.pid, "SIGKILL");
    await saveFiles("${folder.path}", { a: "half" });`;
  const { signal } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `data:text/typescript,${encodeURIComponent(code)}`],
    stderr: "null",
  }).output();
  assert.equal(signal, "SIGKILL");
  const namesIn = async () =>
    (await Array.fromAsync(Deno.readDir(folder.path)))
      .map(({ name }) => name).sort();
  assert.match((await namesIn()).join(), /^a\.[0-9a-f-]{36}\.new$/);
  const own = ["a", "a.new", "notes.0.new"];
  for (const name of own) await Deno.writeTextFile(join(folder.path, name), "");
  await removeUnfinished(folder.path);
  assert.deepEqual(await namesIn(), own);
});

Deno.test("lockFolder() creates no file elsewhere through a link", async () => {
  await using folder = await temporaryFolder();
  const victim = join(folder.path, "victim");
  const lock = join(folder.path, ".lock");
  await Deno.symlink(victim, lock);
  await assert.rejects(lockFolder(folder.path), {
    message: `Cannot write "${lock}": it is a link, which may lead out of ` +
      "its folder",
  });
  await assert.rejects(Deno.lstat(victim), Deno.errors.NotFound);
});
