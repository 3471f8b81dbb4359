import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import {
  inspectAedat,
  readAedat,
} from "../../../dataset/formats/aedat2/aedat.ts";
import { DatasetError } from "../../../dataset/files/errors.ts";
import { allocateEvents, type Events } from "../../../dataset/events.ts";
import {
  readClasses,
  readFileList,
  readTags,
  sessionOf,
} from "../../../dataset/formats/sl_animals.ts";
import { choosePeople } from "../../../dataset/synth/people.ts";
import { recordPerson } from "../../../dataset/synth/recording.ts";
import { writeSyntheticDataset } from "../../../dataset/synth/write.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";

const CLASSES_FILE = "SL-Animals-DVS_gestures_definitions.csv";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);

/** Writes a synthetic data set, and names its recordings. */
async function write(
  options: { out: string; people: number; seed: number },
): Promise<string[]> {
  const written = await Array.fromAsync(writeSyntheticDataset(options));
  return written.map(({ recording }) => recording);
}

/** Reads a whole recording as one set of columns. */
async function readWhole(path: string): Promise<Events> {
  const whole = allocateEvents((await inspectAedat(path)).events);
  let at = 0;
  for await (const { x, y, t, p } of readAedat(path, { axes: "jaer" })) {
    whole.x.set(x, at);
    whole.y.set(y, at);
    whole.t.set(t, at);
    whole.p.set(p, at);
    at += t.length;
  }
  return whole;
}

/** Compares arrays that are too long for the report of `deepEqual()`. */
function assertSame<T extends Uint8Array | Uint16Array | Uint32Array>(
  actual: T,
  expected: T,
) {
  assert.equal(actual.length, expected.length);
  assert.equal(actual.findIndex((value, n) => value !== expected[n]), -1);
}

/** Power of the ON events at a frequency; about 1 if they are independent. */
function powerAt(hertz: number, { t, p }: Events) {
  let [re, im, count] = [0, 0, 0];
  for (let n = 0; n < t.length; n++) {
    if (p[n] === 0) continue;
    const turn = 2 * Math.PI * hertz * t[n] / 1e6;
    re += Math.cos(turn);
    im += Math.sin(turn);
    count++;
  }
  return (re * re + im * im) / count;
}

const people = choosePeople(4, 0);
const whole = join(folder.path, "whole");
const names = await write({ out: whole, people: 4, seed: 0 });
const filesOf = (out: string, name: string) => [
  ...[
    join(out, "recordings", `${name}.aedat`),
    join(out, "tags", `${name}.csv`),
  ],
];
const recordings = await Promise.all(
  names.map((name) => readWhole(filesOf(whole, name)[0])),
);

Deno.test("a data set reads like SL-Animals-DVS", async () => {
  const classes = await readClasses(join(whole, CLASSES_FILE));
  assert.equal(classes.length, 19);
  assert.equal(classes[0], "cat");
  assert.equal(classes[18], "zebra");
  assert.deepEqual(await readFileList(join(whole, "filelist.txt")), names);
  assert.deepEqual(names, [
    "user00_indoor",
    "user18_sunlight",
    "user25_imse",
    "user35_dc",
  ]);
  assert.deepEqual(people.map(({ recording }) => recording), names);
  assert.deepEqual(
    await readFileList(join(whole, "filelist_excludingS3.txt")),
    names.slice(1),
  );
  for (const [n, { t }] of recordings.entries()) {
    const [path, list] = filesOf(whole, names[n]);
    const { version, special, backwardSteps } = await inspectAedat(path);
    assert.deepEqual([version, special, backwardSteps], ["2.0", 0, 0]);
    assert(t[0] >= 2 ** 31);
    assert(t.every((us, n) => n === 0 || us >= t[n - 1]));
    const tags = await readTags(list, classes);
    assert.equal(tags.length, 19);
    tags.forEach(({ start, end }, label) => {
      const seconds = (t[end - 1] - t[start]) / 1e6;
      assert(seconds > 0.9 && seconds < 9.5, `${label} takes ${seconds} s`);
      const gapFrom = label === 0 ? t[0] : t[tags[label - 1].end - 1];
      assert(start > (label === 0 ? 0 : tags[label - 1].end));
      assert(end < t.length);
      assert(t[start] - gapFrom > 180_000, `no gap before ${label}`);
    });
  }
});

Deno.test("files hold what a person signed, in jAER's axes", async () => {
  const [n, person] = [2, people[2]];
  const { events, signs } = recordPerson(person, 0);
  const { x, y, t, p } = recordings[n];
  assertSame(x, events.x);
  assertSame(y, events.y.map((row) => 127 - row));
  assertSame(p, events.p);
  assertSame(t, events.t.map((us) => us + person.clockUs));
  const classes = await readClasses(join(whole, CLASSES_FILE));
  const tags = await readTags(filesOf(whole, names[n])[1], classes);
  assert.deepEqual(
    tags.map(({ label, start, end }) => ({ label, start, end })),
    signs,
  );
});

Deno.test("existing files are kept, missing ones written, others refused", async () => {
  const out = join(folder.path, "some");
  const [first, second] = names.slice(2);
  for (const part of ["recordings", "tags"]) {
    await Deno.mkdir(join(out, part), { recursive: true });
  }
  // The same seed gives the same bytes, whoever else is recorded.
  for (const [n, path] of filesOf(out, first).entries()) {
    await Deno.copyFile(filesOf(whole, first)[n], path);
  }
  const written = await write({ out, people: 2, seed: 0 });
  assert.deepEqual(written, [first, second]);
  for (const [n, path] of filesOf(out, second).entries()) {
    const expected = await Deno.readFile(filesOf(whole, second)[n]);
    assertSame(await Deno.readFile(path), expected);
  }

  const refuse = async (path: string, people: number, seed: number) => {
    await assert.rejects(write({ out, people, seed }), {
      name: "DatasetError",
      message: `Cannot use "${path}": it exists with other content; remove ` +
        "it or choose another folder",
    });
  };
  await refuse(join(out, "filelist.txt"), 3, 0);
  const [recording] = filesOf(out, first);
  await refuse(recording, 2, 6);
  await Deno.remove(recording);
  const [other] = filesOf(out, second);
  await Deno.writeTextFile(other, "recorded");
  await refuse(other, 2, 0);
  assert(!existsSync(recording));
  assert.equal(await Deno.readTextFile(other), "recorded");
});

Deno.test("another seed gives another recording and other tags", async () => {
  const out = join(folder.path, "other");
  const [name] = await write({ out, people: 1, seed: 6 });
  for (const [n, path] of filesOf(out, name).entries()) {
    const others = await Deno.readFile(filesOf(whole, name)[n]);
    assert(!Buffer.from(others).equals(await Deno.readFile(path)), path);
  }
});

Deno.test("a folder that cannot be written to is named", async () => {
  const file = await Deno.makeTempFile();
  await assert.rejects(
    writeSyntheticDataset({ out: file, people: 1 }).next(),
    (error) => error instanceof DatasetError && error.path.startsWith(file),
  );
  await Deno.remove(file);
});

Deno.test("pixels rest 400 µs and lie on the sensor", () => {
  for (const { x, y, t } of recordings) {
    const last = new Float64Array(128 * 128).fill(-Infinity);
    for (let n = 0; n < t.length; n++) {
      assert(x[n] < 128 && y[n] < 128);
      const pixel = y[n] * 128 + x[n];
      if (t[n] - last[pixel] < 400) assert.fail(`${last[pixel]}, ${t[n]}`);
      last[pixel] = t[n];
    }
  }
});

Deno.test("lamps flicker at 100 Hz in S3 and nowhere else", () => {
  names.forEach((name, n) => {
    const power = powerAt(100, recordings[n]);
    if (sessionOf(name).session === "S3") {
      assert(power > 1000, `${name}: ${power}`);
      assert(powerAt(87, recordings[n]) < power / 100);
    } else {
      assert(power < 200, `${name}: ${power}`);
    }
  });
});
