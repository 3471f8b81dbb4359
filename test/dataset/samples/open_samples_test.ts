import assert from "node:assert/strict";
import { encodeAedat } from "../../../dataset/formats/aedat2/aedat_encode.ts";
import { openSamples } from "../../../dataset/samples/open_samples.ts";
import type { LabelledSamples } from "../../../dataset/samples/labelled_samples.ts";
import { packSample } from "../../../dataset/pack.ts";
import { recordingText, withFiles } from "../layouts/recordings.ts";

/** Bytes of a recording in AEDAT 2.0: three events, 10 ms apart. */
async function aedat(): Promise<Uint8Array> {
  const stream = encodeAedat({
    x: Uint16Array.of(5, 6, 7),
    y: Uint16Array.of(2, 2, 127),
    t: Uint32Array.of(4_000_000, 4_010_000, 4_020_000),
    p: Uint8Array.of(0, 1, 0),
  });
  return new Uint8Array(
    await new Response(ReadableStream.from(stream)).arrayBuffer(),
  );
}

const timesOf = async (samples: LabelledSamples) =>
  await Promise.all(
    samples.labels.map(async (_, n) => [...(await samples.events(n)).t].join()),
  );

Deno.test("recordings of several formats become samples of one sensor", async () => {
  const files = {
    "wave/1.csv": recordingText(),
    "wave/2.txt": "7000 9 3 1\n7500 9 4 0\n8000 9 4 1\n",
    "clap/1.aedat": await aedat(),
  };
  await withFiles(files, async (folder) => {
    const samples = await openSamples(folder);
    assert.equal(samples.layout, "folders");
    assert.deepEqual(samples.classes, ["clap", "wave"]);
    assert.deepEqual(samples.labels, [0, 1, 1]);
    assert.deepEqual(samples.sensor, { width: 128, height: 128 });
    assert.deepEqual(await timesOf(samples), [
      "0,10000,20000",
      "0,10000,20000",
      "0,500,1000",
    ]);
    assert.deepEqual(
      samples.recordings.map(({ name, facts }) => [name, facts!.format]),
      [
        ["clap/1.aedat", "AEDAT 2.0"],
        ["wave/1.csv", "text, columns t x y p, time in s"],
        [
          "wave/2.txt",
          "text, columns t x y p as guessed, time in µs, as guessed",
        ],
      ],
    );
    const { x, p } = await samples.events(1);
    assert.deepEqual([x.join(), p.join()], ["5,5,5", "0,1,0"]);
    const packed = packSample(await samples.events(1), {
      ...samples,
      method: "SlayerTD",
      Ts: 5,
    });
    assert.equal(packed.bins, 5);
  });
});

Deno.test("windows are cut by time, and start where they start", async () => {
  const files = {
    "a/1.csv": recordingText({ events: 101, everyMs: 10, start: 9.5 }),
    "b/1.csv": recordingText({ events: 2, everyMs: 10 }),
  };
  await withFiles(files, async (folder) => {
    const samples = await openSamples(folder, { window: 400, overlap: 200 });
    assert.deepEqual(
      samples.samples.map((sample) => {
        const { name, label, startUs, durationUs, from, to } = sample;
        return [name, label, startUs, durationUs, from, to];
      }),
      [
        ["a/1_00", 0, 9_500_000, 400_000, 0, 40],
        ["a/1_01", 0, 9_700_000, 400_000, 20, 60],
        ["a/1_02", 0, 9_900_000, 400_000, 40, 80],
        ["a/1_03", 0, 10_100_000, 400_000, 60, 100],
        ["b/1", 1, 3_250_000, 10_001, 0, 2],
      ],
    );
    const { t } = await samples.events(1);
    assert.deepEqual([t[0], t[39]], [0, 390_000]);
  });
});

Deno.test("parts of a list are cut in µs, from its clock or from the start", async () => {
  const list =
    "file,label,start,end\n1.csv,a,3260000,3280000\n2.csv,b,10000,30000\n";
  const files = {
    "1.csv": recordingText({ events: 5 }),
    "2.csv": recordingText({ events: 5 }),
    "list.csv": list,
  };
  await withFiles(files, async (folder) => {
    const samples = await openSamples(`${folder}/list.csv`);
    assert.equal(samples.layout, "list");
    assert.deepEqual(await timesOf(samples), ["0,10000", "0,10000"]);
  });
});

Deno.test("parts in events are counted in the order of the file", async () => {
  const rows = "t,x,y,p\n10,1,1,0\n30,2,1,0\n20,3,1,0\n40,4,1,0\n5,5,1,0\n";
  const list = "file,label,start_event,end_event\n1.csv,a,1,4\n1.csv,b,3,5\n";
  await withFiles({ "1.csv": rows, "list.csv": list }, async (folder) => {
    const samples = await openSamples(folder);
    const { x } = await samples.events(0);
    assert.equal(x.join(), "2,3,4");
    assert.equal(samples.recordings[0].facts!.backwardSteps, 2);
  });
  const beyond = list.replace("3,5", "3,6");
  const words = "1.csv ends at event 5, its tags at event 6 (it is cut off " +
    "or they are wrong), which leaves out";
  await withFiles({ "1.csv": rows, "list.csv": beyond }, async (folder) => {
    const { samples, remarks } = await openSamples(folder);
    assert.equal(samples.length, 1);
    assert.deepEqual(remarks, [`${words} 1 of 2 samples: b`]);
  });
  const none = beyond.replace("1,4", "1,6");
  await withFiles({ "1.csv": rows, "list.csv": none }, async (folder) => {
    await assert.rejects(openSamples(folder), {
      name: "DatasetError",
      message: `Cannot use "${folder}/list.csv": ${words} 2 of 2 samples: a, b`,
    });
  });
});

Deno.test("times that run backwards are sorted before windows are cut", async () => {
  const rows = "t,x,y,p\n0,1,1,0\n3000,2,1,0\n1000,3,1,0\n2000,4,1,0\n";
  await withFiles({ "a/1.csv": rows }, async (folder) => {
    const samples = await openSamples(folder, { window: 2 });
    const { x, t } = await samples.events(0);
    assert.deepEqual([x.join(), t.join()], ["1,3", "0,1000"]);
  });
});

Deno.test("samples without an event are left out and counted", async () => {
  const files = {
    "a/1.csv": "t,x,y,p\n",
    "a/2.csv": recordingText({ events: 2, everyMs: 1000 }),
    "b/1.csv": recordingText(),
  };
  await withFiles(files, async (folder) => {
    const { samples, empty } = await openSamples(folder, { window: 100 });
    assert.deepEqual(samples.map(({ name }) => name), ["a/2", "b/1"]);
    assert.equal(empty, 1 + 9);
  });
});

Deno.test("classes and groups are those that were asked for", async () => {
  const files = {
    "a/ann-1.csv": recordingText(),
    "b/bob-1.csv": recordingText(),
    "c/ann-2.csv": recordingText(),
  };
  await withFiles(files, async (folder) => {
    const { classes, labels, samples } = await openSamples(folder, {
      classes: ["c", "a"],
      group: /([a-z]+)-/,
    });
    assert.deepEqual([classes, labels], [["c", "a"], [1, 0]]);
    assert.deepEqual(samples.map(({ group }) => group), ["ann", "ann"]);
    const each = await openSamples(folder, { group: "recording" });
    assert.equal(each.samples[1].group, "b/bob-1.csv");
    await assert.rejects(openSamples(folder, { classes: ["d"] }), {
      message: `Cannot use "${folder}": it has no class "d", it has a, b, c`,
    });
    await assert.rejects(openSamples(folder, { group: /user\d/ }), {
      message: /^Cannot use "a\/ann-1.csv": its path does not match/,
    });
  });
});

Deno.test("threads, and memory for no recording, change no event", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 9 }, (_, n) => [
      `${"abc"[n % 3]}/${n}.csv`,
      recordingText({ events: 20 + n, x: n }),
    ]),
  );
  await withFiles(files, async (folder) => {
    const whole = await openSamples(folder, { window: 50 });
    const [threads, forgetful] = await Promise.all([
      openSamples(folder, { window: 50, threadsFrom: 0 }),
      openSamples(folder, { window: 50, memory: 0 }),
    ]);
    for (const other of [threads, forgetful]) {
      assert.deepEqual(other.samples, whole.samples);
      for (const n of whole.labels.keys()) {
        assert.deepEqual(await other.events(n), await whole.events(n));
        assert.deepEqual(await other.origin!(n), await whole.origin!(n));
      }
    }
  });
});

Deno.test("a recording that cannot be read is named, from a thread too", async () => {
  const files = { "a/1.csv": recordingText(), "a/2.csv": "no numbers\n" };
  await withFiles(files, async (folder) => {
    for (const threadsFrom of [0, 2 ** 30]) {
      await assert.rejects(openSamples(folder, { threadsFrom }), {
        name: "RecordingError",
        message: new RegExp(`^Cannot read recording "${folder}/a/2.csv": `),
      });
    }
  });
});

Deno.test("the digest of a recording is that of its events", async () => {
  const files = {
    "a/1.csv": recordingText(),
    "a/copy.txt": "3250000 5 2 0\n3260000 5 2 1\n3270000 5 2 0\n",
    "a/other.csv": recordingText({ x: 6 }),
  };
  await withFiles(files, async (folder) => {
    const { recordings } = await openSamples(folder);
    const [one, copy, other] = recordings.map(({ facts }) => facts!.digest);
    assert.equal(one, copy);
    assert.notEqual(one, other);
  });
});
