import assert from "node:assert/strict";
import { join } from "node:path";
import { DatasetError, RecordingError } from "../../../dataset/files/errors.ts";
import {
  type SliceProgress,
  sliceRecordings,
} from "../../../dataset/slicing/slice.ts";
import { openStore } from "../../../dataset/store/store.ts";
import { fc } from "../../fixtures/properties.ts";
import {
  DATA,
  eventsOf,
  type Pair,
  randomPairs,
  readTree,
  rows,
  type TaggedRecording,
  withFolder,
  writeData,
} from "./slice_data.ts";
import { readNode } from "../store/zarr_specification.ts";

Deno.test("slicing puts every event inside a tag in one slice", async () => {
  const address = fc.oneof(
    fc.integer({ min: 0, max: 0x7fff }),
    fc.constant(0x8000),
  );
  const pair = fc.tuple(address, fc.integer({ min: 0, max: 2 ** 32 - 1 }));
  const data = fc.tuple(
    fc.array(pair, { minLength: 2, maxLength: 60 }),
    fc.array(fc.nat(59), { minLength: 2, maxLength: 12 }),
  );
  await fc.assert(
    fc.asyncProperty(data, ([pairs, places]) =>
      withFolder(async (folder) => {
        // Slices start at pixel events, so that none is empty.
        const cuts = [...new Set(places)].sort((a, b) => a - b)
          .filter((place) => pairs[place]?.[0] < 0x8000);
        fc.pre(cuts.length > 1);
        const tags = cuts.slice(1).map((end, i) => [cuts[i], end] as const);
        const options = await writeData(folder, { user00_dc: { pairs, tags } });
        const { recordings } = await sliceRecordings(options);
        const store = await openStore(options.out);
        const found: number[][] = [];
        for (const index of tags.keys()) {
          found.push(...rows(await store.events(index)));
        }
        const inside = pairs.slice(cuts[0], cuts.at(-1));
        assert.deepEqual(found, eventsOf(inside));
        assert.equal(recordings[0].events, found.length);
        assert.equal(
          recordings[0].specialEvents,
          pairs.filter(([address]) => address === 0x8000).length,
        );
      })),
    { seed: 7, numRuns: 20 },
  );
});

Deno.test("tags may overlap and come in any order", async () => {
  await withFolder(async (folder) => {
    const { pairs } = DATA.user00_indoor;
    const tags = [[2000, 3000], [10, 1500], [990, 1000], [1, 3000]] as const;
    const options = await writeData(folder, { user00_dc: { pairs, tags } });
    const { recordings } = await sliceRecordings(options);
    const store = await openStore(options.out);
    for (const [index, [start, end]] of tags.entries()) {
      const events = eventsOf(pairs.slice(start, end));
      assert.deepEqual(rows(await store.events(index)), events);
      assert.equal(
        store.slices[index].durationUs,
        events[events.length - 1][2] - events[0][2],
      );
    }
    assert.equal(recordings[0].events, eventsOf(pairs.slice(1)).length);
  });
});

Deno.test("slices have their properties, and the order of the list", async () => {
  await withFolder(async (folder) => {
    const options = await writeData(folder, DATA);
    const progress: SliceProgress[] = [];
    const { recordings, removed } = await sliceRecordings({
      ...options,
      onProgress: (step) => progress.push(step),
    });
    assert.deepEqual(removed, []);
    assert.deepEqual(recordings.map(({ source }) => source), Object.keys(DATA));
    assert.deepEqual(progress.map(({ done }) => done), [1, 2, 3]);
    assert(progress.every(({ total }) => total === 3));
    const [first] = recordings;
    const file = join(folder, "user00_indoor.aedat");
    const bytes = await Deno.readFile(file);
    const sum = await crypto.subtle.digest("SHA-256", bytes);
    assert.deepEqual(first, {
      source: "user00_indoor",
      sha256: new Uint8Array(sum).toHex(),
      axes: "reference",
      person: 0,
      session: "S3",
      labels: [0, 1],
      tagStarts: [10, 1200],
      tagEnds: [1000, 3000],
      events: 990 - 10 + 1800 - 18,
      durationsUs: first.durationsUs,
      specialEvents: 30,
      backwardSteps: 0,
      sliced: true,
    });
    const { attributes } = await readNode(join(options.out, "user00_indoor"));
    const { descriptionSha256: _, ...others } = attributes;
    assert.deepEqual({ ...others, sliced: true }, first);
  });
});

Deno.test("steps back in time are counted, not those past 2³²", async () => {
  const times = [2 ** 32 - 2, 5, 4, 4, 2 ** 32 - 1, 9];
  const pairs = times.map((time): Pair => [1, time]);
  await withFolder(async (folder) => {
    const options = await writeData(folder, {
      user00_dc: { pairs, tags: [[0, 6]] },
    });
    const { recordings } = await sliceRecordings(options);
    assert.equal(recordings[0].backwardSteps, 2);
    assert.deepEqual(recordings[0].durationsUs, [11]);
  });
});

Deno.test("jAER's axes rotate the picture and invert polarity", async () => {
  await withFolder(async (folder) => {
    const options = await writeData(folder, DATA);
    await sliceRecordings(options);
    await sliceRecordings({ ...options, axes: "jaer" });
    const store = await openStore(options.out);
    const { pairs, tags: [[start, end]] } = DATA.user00_indoor;
    assert.deepEqual(
      rows(await store.events(0)),
      eventsOf(pairs.slice(start, end))
        .map(([x, y, t, p]) => [127 - y, x, t, 1 - p]),
    );
    assert.equal((await readNode(options.out)).attributes.axes, "jaer");
    const axes = "upside down" as "jaer";
    await assert.rejects(sliceRecordings({ ...options, axes }), RangeError);
  });
});

Deno.test("a tag that does not fit the recording names file and line", async () => {
  const special = (from: number, to: number): Pair[] =>
    randomPairs(800).map(([address, time], i) => [
      i >= from && i < to ? address | 0x8000 : address,
      time,
    ]);
  const recording = (folder: string) => join(folder, "user25_imse.aedat");
  const cases: [TaggedRecording, (folder: string) => string][] = [
    [
      { pairs: special(200, 300), tags: [[5, 100], [200, 300]] },
      (folder) =>
        `records 200 to 299 of "${recording(folder)}" are special events, ` +
        `so the slice would be empty`,
    ],
  ];
  for (const [broken, problem] of cases) {
    await withFolder(async (folder) => {
      const options = await writeData(folder, { ...DATA, user25_imse: broken });
      const path = join(folder, "user25_imse.csv");
      await assert.rejects(sliceRecordings(options), (error) => {
        assert(error instanceof DatasetError);
        assert.equal(error.path, path);
        assert.equal(error.line, 3);
        assert.equal(
          error.message,
          `Cannot use "${path}" line 3: ${problem(folder)}`,
        );
        return true;
      });
      await assert.rejects(openStore(options.out), /it is incomplete/);
      const left = Object.keys(await readTree(options.out));
      assert(left.every((file) => !file.startsWith(".")), left.join());
    });
  }
});

Deno.test("a recording that cannot be read is a RecordingError", async () => {
  await withFolder(async (folder) => {
    const options = await writeData(folder, DATA);
    const path = join(folder, "user18_sunlight.aedat");
    await Deno.writeTextFile(path, "#!AER-DAT3.1\r\n");
    await assert.rejects(sliceRecordings(options), (error) => {
      assert(error instanceof RecordingError);
      assert.equal(error.path, path);
      assert.equal(error.offset, 0);
      assert.match(error.message, /only 1\.0 and 2\.0 can be read$/);
      return true;
    });
    await Deno.remove(path);
    await assert.rejects(
      sliceRecordings(options),
      (error) => error instanceof RecordingError && error.path === path,
    );
  });
});

Deno.test("slicing changes nothing in a folder that is no event store", async () => {
  await withFolder(async (folder) => {
    const options = await writeData(folder, DATA);
    const files = await readTree(folder);
    await assert.rejects(sliceRecordings({ ...options, out: folder }), {
      name: "DatasetError",
      message:
        `Cannot use "${folder}": it has files but is no event store; choose ` +
        `another folder`,
    });
    const group = { zarr_format: 3, node_type: "group", attributes: {} };
    await Deno.writeTextFile(join(folder, "zarr.json"), JSON.stringify(group));
    await assert.rejects(
      sliceRecordings({ ...options, out: folder }),
      /it has no attribute "format"/,
    );
    await Deno.remove(join(folder, "zarr.json"));
    assert.deepEqual(await readTree(folder), files);
    await assert.rejects(
      sliceRecordings({ ...options, out: join(options.list, "events.zarr") }),
      DatasetError,
    );
  });
});
