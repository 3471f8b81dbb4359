import assert from "node:assert/strict";
import { join } from "node:path";
import { doubtfulUnit } from "../../../dataset/samples/survey/doubtful_unit.ts";
import { openSamples } from "../../../dataset/samples/open_samples.ts";
import { storeSamples } from "../../../dataset/samples/store_samples.ts";
import { surveySamples } from "../../../dataset/samples/survey/survey_samples.ts";
import { sliceSamples } from "../../../dataset/slicing/slice_samples.ts";
import { describeData } from "../../../scripts/experiment/data_folds.ts";
import { openStore } from "../../../dataset/store/store.ts";
import {
  recordingsAt,
  recordingText,
  withFiles,
} from "../layouts/recordings.ts";

Deno.test("surveySamples() counts what there is", async () => {
  const files = {
    "a/ann/1.csv": recordingText({ events: 4 }),
    "a/bob/1.csv": recordingText({ events: 5 }),
    "b/ann/1.csv": recordingText({ events: 11, x: 6 }),
    "b/bob/2.csv": recordingText({ events: 12, x: 7 }),
  };
  await withFiles(files, async (folder) => {
    const survey = await surveySamples(await openSamples(folder));
    assert.deepEqual(survey, {
      layout: "folders",
      guessed: {
        otherClasses: { pattern: "/([^/]+)/", names: ["ann", "bob"] },
        groups: undefined,
      },
      formats: { "text, columns t x y p, time in s": 4 },
      sensor: { width: 8, height: 3 },
      sensorTold: false,
      recordings: 4,
      samples: 4,
      events: 32,
      classes: [
        { name: "a", samples: 2, recordings: 2, groups: 2 },
        { name: "b", samples: 2, recordings: 2, groups: 2 },
      ],
      groups: { ann: 2, bob: 2 },
      sets: {},
      durationUs: { least: 30_000, median: 70_000, most: 110_000 },
      eventsPerSample: { least: 4, median: 8, most: 12 },
      eventRate: {
        least: 12e6 / 110_000,
        median: (5e6 / 40_000 + 11e6 / 100_000) / 2,
        most: 4e6 / 30_000,
      },
      onShare: (2 + 2 + 5 + 6) / 32,
      hotPixels: 0,
      problems: [],
    });
  });
});

Deno.test("surveySamples() says what is wrong", async () => {
  const clipped = Array.from(
    { length: 400 },
    (_, i) => `${Math.min(i, 200) * 10},1,1,1\n`,
  );
  const files = {
    "a/1.csv": recordingText(),
    "a/2.csv": recordingText(),
    "a/3.csv": "t,x,y,p\n",
    "a/4.csv": "neither x nor y\n",
    "b/1.csv": `t,x,y,p\n${clipped.join("")}`,
    "c/1.csv": "t,x,y,p\n5,1,1,0\n3,1,1,0\n9,1,1,1\n",
    "c/2.csv": "4 4\nt,x,y,p\n5,1,9,0\n6,1,1,0\n",
    "c/3.csv": "5 4\nt,x,y,p\n5,1,2,0\n6,1,1,0\n",
  };
  await withFiles(files, async (folder) => {
    const unreadable: Error[] = [];
    const samples = await openSamples(folder, {
      onUnreadable: (error) => unreadable.push(error),
    });
    const { problems } = await surveySamples(samples, { unreadable });
    const [first, ...others] = problems;
    assert(first.startsWith(`Cannot read recording "${folder}/a/4.csv": `));
    assert.deepEqual(others, [
      "without an event: 1 sample",
      "1 duplicate: a/2 has the events of a/1",
      "many events at the first or last time: b/1",
      "times run backwards: c/1.csv 1 time",
      "faults of files: c/2.csv has events outside the sensor: 1, the first " +
      "at byte 12",
      "sensors differ: 4×4, 5×4",
      "class b has one recording",
    ]);
  });
});

Deno.test("a survey finds one polarity alone, and times in another unit", async () => {
  const lines = (p: number, every: number) =>
    `t,x,y,p\n${
      Array.from({ length: 200 }, (_, i) => `${i * every},${i % 7},3,${p}\n`)
        .join("")
    }`;
  const problemsOf = async (files: Record<string, string>) => {
    let found: readonly string[] = [];
    await withFiles(files, async (folder) => {
      const samples = await openSamples(folder);
      ({ problems: found } = await surveySamples(samples));
    });
    return found;
  };
  assert.deepEqual(
    await problemsOf({
      "a/1.csv": lines(1, 10),
      "a/2.csv": lines(2, 20),
      "b/1.csv": lines(1, 30),
      "b/2.csv": lines(1, 40),
    }),
    ["all events are ON"],
  );
  assert.deepEqual(
    await problemsOf({
      "a/1.csv": lines(1, 10),
      "a/2.csv": lines(0, 20),
      "b/1.csv": lines(1, 1e6),
      "b/2.csv": lines(0, 40),
    }),
    [
      "fewer than 100 events/s if times are in µs, as guessed; if they are in " +
      "ns, give --time-unit ns or data.timeUnit: ns: b/1.csv",
    ],
  );
});

Deno.test("a survey names who is on two sides of a data set's own split", async () => {
  const lines: string[] = [];
  const survey = async (path: string) => {
    const samples = await openSamples(path);
    const { problems } = await surveySamples(samples);
    lines.push(...problems.filter((problem) => problem.includes(" is in ")));
  };
  const names = ["train/a/ann/1", "train/b/ann/1", "test/a/ann/1"];
  const others = ["test/b/bob/1", "train/a/bo/1", "train/b/bo/1"];
  const paths = [...names, ...others].map((name) => `${name}.csv`);
  const list = "file,label,split,start_event,end_event\n" +
    "train/a/ann/1.csv,a,train,0,1\ntrain/a/ann/1.csv,a,validation,1,3\n" +
    "train/b/bo/1.csv,b,train,,\ntest/b/bob/1.csv,b,test,,\n";
  await withFiles(
    { ...recordingsAt(paths), "list.csv": list },
    async (folder) => {
      await survey(join(folder, "list.csv"));
      await Deno.remove(join(folder, "list.csv"));
      await survey(folder);
    },
  );
  assert.deepEqual(lines, [
    "train/a/ann/1.csv is in train and in validation",
    "ann is in train and in test",
  ]);
});

Deno.test("a survey names the only group of a class, or of all", async () => {
  const problems = async (...paths: string[]) => {
    let found: readonly string[] = [];
    await withFiles(recordingsAt(paths), async (folder) => {
      const samples = await openSamples(folder, { group: /(ann|bob)/ });
      ({ problems: found } = await surveySamples(samples));
    });
    return found;
  };
  assert.deepEqual(await problems("a/ann.csv", "a/bob.csv", "b/bob2.csv"), [
    "class b has one group, bob: folds by group cannot both train and test it",
  ]);
  assert.deepEqual(await problems("a/ann1.csv", "a/ann2.csv", "b/ann3.csv"), [
    "all samples are of one group, ann",
  ]);
});

Deno.test("a survey says which column of a list may hold people", () =>
  withFiles({
    ...recordingsAt(["1.csv", "2.csv", "3.csv", "4.csv"]),
    "list.csv": "\ufeffFile,Label,Person,weather\n1.csv,a,ann,dry\n" +
      "2.csv,b,ann,dry\n3.csv,a,bob,wet\n4.csv,b,bob,wet\n",
  }, async (folder) => {
    const samples = await openSamples(join(folder, "list.csv"));
    assert.deepEqual((await surveySamples(samples)).problems, [
      "column Person is not used; name it group to keep people apart",
    ]);
  }));

Deno.test("windows longer than all recordings are a problem, and their true length is said", () =>
  withFiles(
    recordingsAt(["a/1.csv", "a/2.csv", "b/1.csv", "b/2.csv"]),
    async (folder) => {
      const lengthOf = async (window: number) => {
        const samples = await openSamples(folder, { window });
        const { problems } = await surveySamples(samples);
        const line = describeData(samples, { path: folder, window }, "");
        return [
          /of (.*) ms/.exec(line)?.[1],
          ...problems.filter((problem) => problem.startsWith("windows")),
        ];
      };
      assert.deepEqual(await lengthOf(10_000), [
        "20 to 50",
        "windows of 10000 ms are longer than all recordings, each of which is " +
        "one sample",
      ]);
      assert.deepEqual(await lengthOf(19.875), ["19.875"]);
    },
  ));

Deno.test("a guessed unit is doubted where the file would be of no camera", () => {
  const doubt = (unit: string, events: number, lastUs: number) =>
    doubtfulUnit({
      format: `text, columns t x y p, time in ${unit}`,
      events,
      firstUs: 0,
      lastUs,
    })?.replace(/ if times .*give (.*) or .*/, ", $1");
  assert.deepEqual([
    doubt("µs, as guessed", 60_000, 1200),
    doubt("µs, as guessed", 5000, 5000),
    doubt("s, as guessed", 60_000, 1.2e9),
    doubt("s, as guessed", 60_000, 1.2e6),
    doubt("µs", 60_000, 1200),
    doubt("s, as guessed", 60_000, 0),
  ], [
    "more than 10 million events/s, --time-unit ms",
    "thousands of events in less than 10 ms, --time-unit ms",
    "fewer than 100 events/s, --time-unit ms",
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("a store has the samples of any layout, bit for bit", async () => {
  const files = {
    "train/a/ann/1.csv": recordingText({ events: 30, start: 5e9 }),
    "train/b/bob/1.csv": recordingText({ events: 40, x: 700 }),
    "test/a/ann/1.csv": recordingText({ events: 35, x: 3 }),
  };
  await withFiles(files, async (folder) => {
    const samples = await openSamples(folder, { window: 100, overlap: 40 });
    const out = join(folder, "samples.zarr");
    const report = await sliceSamples(samples, { out });
    assert.deepEqual(
      report.recordings.map(({ sliced, source }) => [source, sliced]),
      [["test_a_ann_1", true], ["train_a_ann_1", true], [
        "train_b_bob_1",
        true,
      ]],
    );
    using store = await openStore(out);
    const stored = storeSamples(store);
    assert.deepEqual(stored.sensor, samples.sensor);
    assert.deepEqual(stored.classes, samples.classes);
    assert.deepEqual(stored.labels, samples.labels);
    assert.deepEqual(
      stored.samples,
      samples.samples.map(({ from: _from, to: _to, ...sample }) => sample),
    );
    assert(samples.samples.some(({ startUs }) => startUs! > 2 ** 32));
    for (const n of samples.labels.keys()) {
      assert.deepEqual(await stored.events(n), await samples.events(n));
    }
    store[Symbol.dispose]();
    const again = await sliceSamples(samples, { out });
    assert(again.recordings.every(({ sliced }) => !sliced));
  });
});
