import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createHash } from "node:crypto";
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
import {
  recordPerson,
  type SyntheticRecording,
} from "../../../dataset/synth/recording.ts";
import { writeSyntheticDataset } from "../../../dataset/synth/write.ts";

const CLASSES_FILE = "SL-Animals-DVS_gestures_definitions.csv";

/** Runs a test with a synthetic data set in a temporary folder. */
async function withDataset(
  options: { people: number; seed?: number },
  test: (out: string, names: string[]) => Promise<void>,
) {
  const out = await Deno.makeTempDir();
  try {
    const names: string[] = [];
    for await (const written of writeSyntheticDataset({ out, ...options })) {
      names.push(written.recording);
    }
    await test(out, names);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
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
function powerAt(hertz: number, { events: { t, p } }: SyntheticRecording) {
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
const recordings = people.map((person) => recordPerson(person, 0));

Deno.test("a data set reads like SL-Animals-DVS", async () => {
  await withDataset({ people: 4 }, async (out, names) => {
    const classes = await readClasses(`${out}/${CLASSES_FILE}`);
    assert.equal(classes.length, 19);
    assert.equal(classes[0], "cat");
    assert.equal(classes[18], "zebra");
    assert.deepEqual(await readFileList(`${out}/filelist.txt`), names);
    assert.deepEqual(names, [
      "user00_indoor",
      "user18_sunlight",
      "user25_imse",
      "user35_dc",
    ]);
    assert.deepEqual(
      await readFileList(`${out}/filelist_excludingS3.txt`),
      names.slice(1),
    );
    for (const name of names) {
      const path = `${out}/recordings/${name}.aedat`;
      const { version, special, backwardSteps } = await inspectAedat(path);
      assert.deepEqual([version, special, backwardSteps], ["2.0", 0, 0]);

      const { x, y, t, p } = await readWhole(path);
      const n = people.findIndex(({ recording }) => recording === name);
      const { events, signs } = recordings[n];
      assert(t[0] >= 2 ** 31);
      assert(t.every((us, n) => n === 0 || us >= t[n - 1]));
      assertSame(x, events.x);
      assertSame(y, events.y.map((row) => 127 - row));
      assertSame(p, events.p);
      assertSame(t, events.t.map((us) => us + people[n].clockUs));

      const tags = await readTags(`${out}/tags/${name}.csv`, classes);
      assert.deepEqual(
        tags.map(({ label, start, end }) => ({ label, start, end })),
        signs,
      );
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
});

Deno.test("the same seed gives the same bytes, another seed others", async () => {
  const digest = async (options: { people: number; seed: number }) => {
    let files: string[] = [];
    await withDataset(options, async (out) => {
      const names = ["recordings/user25_imse.aedat", "tags/user25_imse.csv"];
      files = await Promise.all(names.map(async (name) => {
        const bytes = await Deno.readFile(`${out}/${name}`);
        return createHash("sha256").update(bytes).digest("hex");
      }));
    });
    return files;
  };
  const [recording, tags] = await digest({ people: 1, seed: 5 });
  assert.deepEqual(await digest({ people: 2, seed: 5 }), [recording, tags]);
  const [otherRecording, otherTags] = await digest({ people: 1, seed: 6 });
  assert.notEqual(otherRecording, recording);
  assert.notEqual(otherTags, tags);
});

Deno.test("existing files are kept, missing ones written, others refused", async () => {
  await withDataset({ people: 2, seed: 5 }, async (out, [first, second]) => {
    const write = (options: { people: number; seed: number }) =>
      Array.fromAsync(writeSyntheticDataset({ out, ...options }));
    const recording = join(out, "recordings", `${second}.aedat`);
    const before = await Deno.readFile(recording);
    const list = join(out, "filelist.txt");
    await Promise.all([recording, list].map((path) => Deno.remove(path)));
    const written = await write({ people: 2, seed: 5 });
    assert.deepEqual(written.map(({ recording }) => recording), [
      ...[first, second],
    ]);
    assertSame(await Deno.readFile(recording), before);

    const refuse = async (path: string, people: number, seed: number) => {
      await assert.rejects(write({ people, seed }), {
        name: "DatasetError",
        message: `Cannot use "${path}": it exists with other content; remove ` +
          "it or choose another folder",
      });
    };
    await refuse(list, 3, 5);
    await refuse(join(out, "recordings", `${first}.aedat`), 2, 6);
    await Deno.remove(join(out, "recordings", `${first}.aedat`));
    await Deno.writeTextFile(recording, "recorded");
    await refuse(recording, 2, 5);
    assert(!existsSync(join(out, "recordings", `${first}.aedat`)));
    assert.equal(await Deno.readTextFile(recording), "recorded");
  });
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
  for (const { events: { x, y, t } } of recordings) {
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
  people.forEach(({ recording }, n) => {
    const power = powerAt(100, recordings[n]);
    if (sessionOf(recording).session === "S3") {
      assert(power > 1000, `${recording}: ${power}`);
      assert(powerAt(87, recordings[n]) < power / 100);
    } else {
      assert(power < 200, `${recording}: ${power}`);
    }
  });
});
