import assert from "node:assert/strict";
import { basename, join } from "node:path";
import {
  EventFile,
  findEventFiles,
  removeEventFiles,
} from "../../../../scripts/run/tensorboard/event_file.ts";
import { temporaryFolder } from "../../../fixtures/temporary_folder.ts";
import { readEvents } from "./read_events.ts";

const event = { time: 5, step: 0, tag: "loss", value: 2 };

Deno.test("an event file is complete after each append", async () => {
  await using folder = await temporaryFolder();
  const file = new EventFile(join(folder.path, "logs"), 1);
  assert.deepEqual([...Deno.readDirSync(folder.path)], []);
  for (let step = 0; step < 3; step++) {
    await file.append([{ ...event, step }, { ...event, step, tag: "lr" }]);
    const { events } = readEvents(await Deno.readFile(file.path));
    assert.deepEqual(
      events.map(({ step, tag }) => [step, tag]),
      Array.from({ length: step + 1 }, (_, i) => [[i, "loss"], [i, "lr"]])
        .flat(),
    );
  }
});

Deno.test("runs of the same second log into files of their own, in order", async () => {
  await using folder = await temporaryFolder();
  const fileOf = () => new EventFile(folder.path, 1);
  let [one, other] = [fileOf(), fileOf()];
  while (one.path !== other.path) [one, other] = [other, fileOf()];
  await one.append([event]);
  await other.append([{ ...event, step: 1 }]);
  await one.append([{ ...event, step: 2 }]);
  assert(one.path < other.path);
  const stepsIn = async ({ path }: EventFile) =>
    readEvents(await Deno.readFile(path)).events.map(({ step }) => step);
  assert.deepEqual(await stepsIn(one), [0, 2]);
  assert.deepEqual(await stepsIn(other), [1]);
});

Deno.test("an event file follows no link that has its name", async () => {
  await using folder = await temporaryFolder();
  const victim = join(folder.path, "victim");
  const file = new EventFile(folder.path, 1);
  await Deno.mkdir(join(folder.path, "fold1"));
  const planted = file.path;
  await Deno.symlink(victim, planted);
  await file.append([event]);
  await assert.rejects(Deno.lstat(victim), Deno.errors.NotFound);
  assert.notEqual(file.path, planted);
  const { events } = readEvents(await Deno.readFile(file.path));
  assert.equal(events.length, 1);
});

Deno.test("events are neither written nor removed through a linked folder", async () => {
  await using folder = await temporaryFolder();
  const [logs, real, linked] = ["logs", "real", "linked"].map((name) =>
    join(folder.path, name)
  );
  const file = new EventFile(real, 1);
  await file.append([event]);
  await Deno.symlink(real, logs);
  await Deno.mkdir(linked);
  await Deno.symlink(join(real, "fold1"), join(linked, "fold1"));
  for (const [given, link] of [[logs, logs], [linked, `${linked}/fold1`]]) {
    const message = `Cannot write "${link}": it is a link, which may lead ` +
      "out of its folder";
    await assert.rejects(new EventFile(given, 1).append([event]), { message });
    await assert.rejects(findEventFiles(given), { message });
    await assert.rejects(removeEventFiles(given), { message });
  }
  assert.deepEqual(await findEventFiles(real), [
    { path: file.path, ours: true },
  ]);
});

Deno.test("an event file is named so that TensorBoard finds it", async () => {
  await using folder = await temporaryFolder();
  const before = Math.floor(Date.now() / 1000);
  const { path } = new EventFile(folder.path, 1);
  const [, seconds] = /^events\.out\.tfevents\.(\d+)\.slayer$/
    .exec(basename(path))!;
  assert(Number(seconds) >= before && Number(seconds) <= before + 1);
});

Deno.test("an event file that cannot be written says so in one line", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "fold1");
  await Deno.writeTextFile(path, "");
  await assert.rejects(
    () => new EventFile(folder.path, 1).append([event]),
    /^Error: Cannot write "[^\n]+fold1\/events[^\n]+": [^\n]+[^.]$/,
  );
});

Deno.test("removeEventFiles() leaves files that no run logged", async () => {
  await using folder = await temporaryFolder();
  const logs = join(folder.path, "logs");
  await removeEventFiles(logs);
  const own = ["notes.txt", "events.out.tfevents.1700000000.host.42.0"];
  for (const fold of [1, 12]) {
    await new EventFile(logs, fold).append([event]);
    for (const name of own) {
      await Deno.writeTextFile(join(logs, `fold${fold}`, name), "mine");
    }
  }
  const folder1 = join(logs, "folder1");
  await Deno.rename(join(logs, "fold12"), folder1);
  await removeEventFiles(logs);
  const namesIn = (folder: string) =>
    [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  assert.deepEqual(namesIn(join(logs, "fold1")), own.toSorted());
  assert.equal(namesIn(folder1).length, 3);
});
