import assert from "node:assert/strict";
import { join } from "node:path";
import { listSamples } from "../../../dataset/layouts/find_layout.ts";
import type { LayoutName } from "../../../dataset/layouts/layout.ts";
import { readTags } from "../../../dataset/formats/sl_animals.ts";
import { openSamples } from "../../../dataset/samples/open_samples.ts";
import { writeSyntheticDataset } from "../../../dataset/synth/write.ts";
import { describeGuesses } from "../../../scripts/experiment/guessed_names.ts";
import { readStretch } from "../../../scripts/views/pictures/samples/recording_stretch.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";
import { recordingText, withFiles } from "./recordings.ts";

/** Two events of N-MNIST, 256 µs apart. */
const DIGIT = Uint8Array.of(33, 2, 0x80, 1, 0, 5, 7, 0, 2, 0);

/** A recording in AEDAT 3.1 with events (time, x, y, p), in one packet. */
function aedat3(events: readonly (readonly number[])[]): Uint8Array {
  const header = new TextEncoder().encode(
    "#!AER-DAT3.1\r\n#Source 1: DVS128\r\n#!END-HEADER\r\n",
  );
  const packet = new DataView(new ArrayBuffer(28 + 8 * events.length));
  packet.setInt16(0, 1, true);
  packet.setInt16(2, 1, true);
  packet.setInt32(4, 8, true);
  packet.setInt32(8, 4, true);
  for (const at of [16, 20, 24]) packet.setInt32(at, events.length, true);
  for (const [n, [t, x, y, p]] of events.entries()) {
    const at = 28 + 8 * n;
    packet.setUint32(at, x << 17 | y << 2 | p << 1 | 1, true);
    packet.setInt32(at + 4, t, true);
  }
  const bytes = new Uint8Array(header.length + packet.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(packet.buffer), header.length);
  return bytes;
}

async function layoutOf(folder: string): Promise<LayoutName> {
  return (await listSamples(folder)).layout;
}

Deno.test("digits of N-MNIST are told, listed or as published", async () => {
  const listed = {
    "1.bs2": DIGIT,
    "2.bin": DIGIT,
    "train1K.txt": "#sample #class\n1\t7\n",
    "test100.txt": "2\t3\n",
  };
  const published = Object.fromEntries(
    Array.from("0123456789").flatMap((digit) => [
      [`Train/${digit}/00001.bin`, DIGIT],
      [`Test/${digit}/00002.bin`, DIGIT],
    ]),
  );
  await withFiles(listed, async (folder) => {
    const { layout, classes, labels, samples, sensor, ...digits } =
      await openSamples(folder);
    assert.deepEqual([layout, classes.length], ["nmnist", 10]);
    assert.deepEqual(sensor, { width: 34, height: 34 });
    assert.deepEqual(
      samples.map(({ set }, n) => [set, labels[n]]),
      [["test", 3], ["train", 7]],
    );
    assert(digits.recordings.every(({ facts }) => facts === undefined));
  });
  await withFiles(published, async (folder) => {
    const samples = await openSamples(folder);
    assert.equal(samples.layout, "nmnist");
    assert.deepEqual(samples.labels, [
      ...Array(10).keys(),
      ...Array(10).keys(),
    ]);
    assert.equal(samples.samples[0].set, "test");
    const { x, t } = await samples.events(0);
    assert.deepEqual([x.join(), t.join()], ["33,5", "0,256"]);
  });
});

Deno.test("DVS Gesture is told by its lists of trials, its labels cut it", async () => {
  const events = [5, 20, 30, 40, 55].map((ms) => [ms * 1000, ms, 3, 1]);
  const labels =
    "class,startTime_usec,endTime_usec\n2,10000,35000\n11,35000,50000\n";
  const files = {
    "user01_led.aedat": aedat3(events),
    "user01_led_labels.csv": labels,
    "user02_led.aedat": aedat3(events),
    "user02_led_labels.csv": labels,
    "trials_to_train.txt": "user01_led.aedat\n",
    "trials_to_test.txt": "user02_led.aedat\n",
  };
  await withFiles(files, async (folder) => {
    const samples = await openSamples(folder);
    assert.equal(samples.layout, "dvs-gesture");
    assert.equal(samples.classes.length, 11);
    assert.deepEqual(
      samples.samples.map((
        { name, label, group, set },
      ) => [name, label, group, set]),
      [
        ["user01_led_00", 1, "user01", "train"],
        ["user01_led_01", 10, "user01", "train"],
        ["user02_led_00", 1, "user02", "test"],
        ["user02_led_01", 10, "user02", "test"],
      ],
    );
    const { x, t } = await samples.events(0);
    assert.deepEqual([x.join(), t.join()], ["20,30", "10000,20000"]);
  });
  const wrong = {
    ...files,
    "user01_led_labels.csv": labels.replace("11,", "12,"),
  };
  await withFiles(wrong, async (folder) => {
    await assert.rejects(openSamples(folder), {
      message: `Cannot use "${folder}/user01_led_labels.csv" line 3: ` +
        '"12,35000,50000" is no gesture and its time',
    });
  });
});

Deno.test("N-Caltech101 is told by its classes, beside its annotations", async () => {
  const files = Object.fromEntries(
    ["accordion", "airplanes", "yin_yang"].map((name) => [
      `Caltech101/${name}/image_0001.bin`,
      DIGIT,
    ]),
  );
  const notes = {
    "Caltech101_annotations/yin_yang/annotation_0001.bin": DIGIT,
  };
  await withFiles({ ...files, ...notes }, async (folder) => {
    for (const place of [folder, join(folder, "Caltech101")]) {
      const { layout, classes, labels } = await openSamples(place);
      assert.equal(layout, "n-caltech101");
      assert.deepEqual([classes.length, labels], [3, [0, 1, 2]]);
    }
  });
});

Deno.test("SHD is told by its files, whose speakers are groups", async () => {
  const spikes = await Deno.readFile(
    new URL("../formats/hdf5/spikes.h5", import.meta.url),
  );
  await withFiles(
    { "shd_train.h5": spikes, "shd_test.h5": spikes },
    async (folder) => {
      const source = await openSamples(folder);
      const { layout, sensor, samples } = source;
      assert.equal(layout, "shd");
      assert.deepEqual(sensor, { width: 700, height: 1 });
      const classes = samples.map(({ label }) => source.classes[label]);
      assert.deepEqual(classes, ["3", "zero", "19", "3", "zero", "19"]);
      assert.deepEqual(source.classes.slice(0, 3), ["zero", "one", "2"]);
      assert.equal(samples[4].group, "speaker 2");
      const { x, t } = await source.events(2);
      assert.deepEqual([x.join(), t.join()], ["7", "0"]);
      assert.deepEqual(
        samples.map(({ name, set }) => [name, set]).slice(2, 4),
        [["shd_test_2", "test"], ["shd_train_0", "train"]],
      );
    },
  );
});

Deno.test("SL-Animals is told by its folders, and cut as its tags say", async () => {
  await using folder = await temporaryFolder();
  const options = { out: folder.path, people: 1, seed: 3 };
  await Array.fromAsync(writeSyntheticDataset(options));
  const [name] = (await Deno.readTextFile(join(folder.path, "filelist.txt")))
    .trim().split("\n");
  const path = join(folder.path, "recordings", `${name}.aedat`);
  // Cut off after all tags.
  const { size: offset } = await Deno.stat(path);
  await Deno.writeFile(path, Uint8Array.of(0, 0, 1), { append: true });
  const source = await openSamples(folder.path);
  const { layout, classes, samples, recordings } = source;
  assert.equal(layout, "sl-animals");
  assert.deepEqual(recordings[0].facts?.faults, [
    { problem: "the last event, which is cut off", count: 1, offset },
  ]);
  assert.equal(samples.length, 19);
  assert.equal(samples[7].name, `${name}_07`);
  assert.equal(samples[7].group, name.split("_")[0]);
  const tags = await readTags(
    join(folder.path, "tags", `${name}.csv`),
    classes,
  );
  for (const n of [0, 7, 18]) {
    const { x, y, t, p } = await source.events(n);
    const { events } = await readStretch(path, { ...tags[n], axes: "jaer" });
    assert.deepEqual(x, events.x);
    assert.deepEqual(y, events.y.map((row) => 127 - row));
    assert.deepEqual(t, events.t.map((time) => time - events.t[0]));
    assert.deepEqual(p, events.p);
  }
});

Deno.test("a data set in a folder of its own is found there, which is said", async () => {
  const files = {
    "all/gestures/a/1.csv": recordingText(),
    "all/gestures/list.csv": "file,label\na/1.csv,wave\n",
  };
  await withFiles(files, async (folder) => {
    const { layout, samples, guessed } = await listSamples(folder);
    assert.deepEqual([layout, guessed?.inside], ["list", "gestures"]);
    assert.deepEqual(samples.map(({ label }) => label), ["wave"]);
    assert.equal(
      describeGuesses(guessed),
      "; its only folder, gestures, is " +
        "taken as the data set",
    );
    await Deno.writeTextFile(`${folder}/1.csv`, recordingText());
    assert.equal(await layoutOf(folder), "folders");
  });
});

Deno.test("a layout that is asked for is not looked for", async () => {
  const files = {
    "a/1.csv": recordingText(),
    "list.csv": "file,label\na/1.csv,wave\n",
  };
  await withFiles(files, async (folder) => {
    assert.equal(await layoutOf(folder), "list");
    const { samples } = await listSamples(folder, { layout: "folders" });
    assert.deepEqual(samples.map(({ label }) => label), ["a"]);
    await assert.rejects(listSamples(`${folder}/a`, { layout: "list" }), {
      message: `Cannot use "${folder}/a": it has no columns file and label`,
    });
  });
});
