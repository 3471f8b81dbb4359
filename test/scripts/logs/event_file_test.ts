import assert from "node:assert/strict";
import { basename, join } from "node:path";
import {
  EventFile,
  removeEventFiles,
} from "../../../scripts/logs/event_file.ts";
import { temporaryFolder } from "../../temporary_folder.ts";
import { readEvents } from "./read_events.ts";

const event = { time: 5, step: 0, tag: "loss", value: 2 };

Deno.test("an event file is whole after each append", async () => {
  await using folder = await temporaryFolder();
  const file = new EventFile(join(folder.path, "logs", "fold1"));
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

Deno.test("an event file that another run began a moment ago begins once", async () => {
  await using folder = await temporaryFolder();
  let [one, other] = [new EventFile(folder.path), new EventFile(folder.path)];
  while (one.path !== other.path) {
    [one, other] = [other, new EventFile(folder.path)];
  }
  await one.append([event]);
  await other.append([{ ...event, step: 1 }]);
  const { events } = readEvents(await Deno.readFile(one.path));
  assert.deepEqual(events.map(({ step }) => step), [0, 1]);
});

Deno.test("an event file is named so that TensorBoard finds it", async () => {
  await using folder = await temporaryFolder();
  const before = Math.floor(Date.now() / 1000);
  const { path } = new EventFile(folder.path);
  const [, seconds] = /^events\.out\.tfevents\.(\d+)\.slayer$/
    .exec(basename(path))!;
  assert(Number(seconds) >= before && Number(seconds) <= before + 1);
});

Deno.test("an event file that cannot be written says so in one line", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "fold1");
  await Deno.writeTextFile(path, "");
  await assert.rejects(
    () => new EventFile(path).append([event]),
    /^Error: Cannot write "[^\n]+fold1\/events[^\n]+": [^\n]+[^.]$/,
  );
});

Deno.test("removeEventFiles() leaves what no run logged", async () => {
  await using folder = await temporaryFolder();
  const logs = join(folder.path, "logs");
  await removeEventFiles(logs);
  for (const fold of ["fold1", "fold12", "folder1"]) {
    await new EventFile(join(logs, fold)).append([event]);
    await Deno.writeTextFile(join(logs, fold, "notes.txt"), "mine");
  }
  await removeEventFiles(logs);
  const left = ["fold1", "fold12", "folder1"].map((fold) =>
    [...Deno.readDirSync(join(logs, fold))].length
  );
  assert.deepEqual(left, [1, 1, 2]);
});
