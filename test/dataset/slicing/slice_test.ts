import assert from "node:assert/strict";
import { join } from "node:path";
import { DatasetError, RecordingError } from "../../../dataset/files/errors.ts";
import { DVS128 } from "../../../dataset/events.ts";
import {
  type SliceProgress,
  sliceRecordings,
} from "../../../dataset/slicing/slice.ts";
import { openStore } from "../../../dataset/store/store.ts";
import { RecordingWriter } from "../../../dataset/store/recording_writer.ts";
import { fc } from "../../fixtures/properties.ts";
import {
  eventsOf,
  type Pair,
  randomPairs,
  readTree,
  rows,
  type TaggedRecording,
  withFolder,
  writeData,
  writeRecording,
  writeTags,
} from "./slice_data.ts";
import { readNode } from "../store/zarr_specification.ts";

const DATA: Record<string, TaggedRecording> = {
  user00_indoor: {
    pairs: randomPairs(3000, 100),
    tags: [[10, 1000], [1200, 3000]],
  },
  user18_sunlight: { pairs: randomPairs(700), tags: [[0, 1], [1, 700]] },
  user25_imse: { pairs: randomPairs(800), tags: [[5, 100], [200, 300]] },
};

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
      { pairs: randomPairs(800), tags: [[5, 100], [200, 801]] },
      (folder) =>
        `record 801 is beyond the recording "${recording(folder)}", which ` +
        `has 800 records`,
    ],
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
    await Deno.writeFile(path, Uint8Array.of(1, 2, 3), { append: true });
    await assert.rejects(sliceRecordings(options), (error) => {
      assert(error instanceof RecordingError);
      assert.equal(error.path, path);
      assert.equal(typeof error.offset, "number");
      assert.match(error.message, /an event has 8 bytes, 3 are left$/);
      return true;
    });
    await Deno.remove(path);
    await assert.rejects(
      sliceRecordings(options),
      (error) => error instanceof RecordingError && error.path === path,
    );
  });
});

Deno.test("slicing again changes nothing", async () => {
  await withFolder(async (folder) => {
    const options = await writeData(folder, DATA);
    await sliceRecordings(options);
    const files = await readTree(options.out);
    const info = () => Deno.stat(join(options.out, "zarr.json"));
    const { mtime } = await info();
    const { recordings } = await sliceRecordings(options);
    assert(recordings.every(({ sliced }) => !sliced));
    assert.deepEqual((await info()).mtime, mtime);
    assert.deepEqual(await readTree(options.out), files);
  });
});

/** Slices, changes the data, slices again; compares to slicing once. */
async function sliceTwice(
  change: (folder: string) => Promise<unknown>,
): Promise<{ sliced: string[]; removed: readonly string[] }> {
  return await withFolder(async (folder) => {
    const options = await writeData(folder, DATA);
    await sliceRecordings(options);
    await change(folder);
    const { recordings, removed } = await sliceRecordings(options);
    const once = { ...options, out: join(folder, "once.zarr") };
    await sliceRecordings(once);
    assert.deepEqual(await readTree(options.out), await readTree(once.out));
    const sliced = recordings.filter(({ sliced }) => sliced);
    return { sliced: sliced.map(({ source }) => source), removed };
  });
}

Deno.test("only changed recordings are sliced again", async () => {
  const { pairs } = DATA.user25_imse;
  assert.deepEqual(
    await sliceTwice((folder) =>
      writeRecording(folder, "user25_imse", [...pairs, [1, 2]])
    ),
    { sliced: ["user25_imse"], removed: [] },
  );
  assert.deepEqual(
    await sliceTwice((folder) =>
      writeTags(folder, "user18_sunlight", [[0, 2], [3, 700]])
    ),
    { sliced: ["user18_sunlight"], removed: [] },
  );
  assert.deepEqual(
    await sliceTwice((folder) =>
      Deno.writeTextFile(
        join(folder, "list.txt"),
        "user25_imse\nuser00_indoor\n",
      )
    ),
    { sliced: [], removed: ["user18_sunlight"] },
  );
  assert.deepEqual(
    await sliceTwice((folder) =>
      Deno.remove(join(folder, "events.zarr/user00_indoor/zarr.json"))
    ),
    { sliced: ["user00_indoor"], removed: [] },
  );
});

Deno.test("a recording that is damaged in the store is sliced again", async () => {
  const flip = (bytes: Uint8Array) =>
    bytes.map((byte, i) => i === bytes.length >> 1 ? byte ^ 4 : byte);
  const changed = async (
    path: string,
    change: (bytes: Uint8Array) => Uint8Array,
  ) => await Deno.writeFile(path, change(await Deno.readFile(path)));
  const damages: Record<string, (group: string) => Promise<unknown>> = {
    "no column": (group) => Deno.remove(`${group}/p`, { recursive: true }),
    "no description": (group) => Deno.remove(`${group}/t/zarr.json`),
    "no chunk": (group) => Deno.remove(`${group}/x/c/0`),
    "no bounds": (group) => Deno.remove(`${group}/end/c/0`),
    "a bit flipped": (group) => changed(`${group}/t/c/0`, flip),
    "a bit of the bounds flipped": (group) =>
      changed(`${group}/start/c/0`, flip),
    "a chunk cut off": (group) =>
      changed(`${group}/y/c/0`, (bytes) => bytes.subarray(0, -1)),
    "an empty chunk": (group) =>
      changed(`${group}/y/c/0`, () => new Uint8Array()),
    "an empty description": (group) =>
      changed(`${group}/zarr.json`, () => new Uint8Array()),
  };
  for (const [what, damage] of Object.entries(damages)) {
    assert.deepEqual(
      await sliceTwice((folder) =>
        damage(join(folder, "events.zarr/user18_sunlight"))
      ),
      { sliced: ["user18_sunlight"], removed: [] },
      what,
    );
  }
});

/** Log of all syncs and renames while `action` runs. */
async function writesDuring(action: () => Promise<unknown>): Promise<string[]> {
  const { open, rename } = Deno;
  const writes: string[] = [];
  Deno.open = async (path, options) => {
    const file = await open(path, options);
    const { sync } = file;
    return Object.assign(file, {
      async sync() {
        await sync.call(file);
        writes.push(`sync ${`${path}`.replace(/\/$/, "")}`);
      },
    });
  };
  Deno.rename = async (from, to) => {
    await rename(from, to);
    writes.push(`rename ${to}`);
  };
  try {
    await action();
  } finally {
    Object.assign(Deno, { open, rename });
  }
  return writes;
}

Deno.test("a finished group is flushed to the disk, files and folders", async () => {
  await withFolder(async (folder) => {
    const group = join(folder, "group");
    const writer = await RecordingWriter.create(group, DVS128);
    const events = { x: Uint16Array.of(1), y: Uint16Array.of(2) };
    const times = { t: Uint32Array.of(3), p: Uint8Array.of(1) };
    const writes = await writesDuring(async () => {
      await writer.append({ ...events, ...times }, 0, 1);
      const bounds = { start: Uint32Array.of(0), end: Uint32Array.of(1) };
      await writer.finish(bounds, {
        source: "user00_dc",
        sha256: "",
        axes: "reference",
        person: 0,
        session: "S2",
        labels: [0],
        tagStarts: [0],
        tagEnds: [1],
        events: 1,
        durationsUs: [0],
        specialEvents: 0,
        backwardSteps: 0,
      });
    });
    const files = Object.keys(await readTree(group));
    assert.equal(files.length, 13);
    const columns = ["x", "y", "t", "p", "start", "end"];
    const folders = ["", ...columns.flatMap((name) => [name, `${name}/c`])];
    const paths = [...files, ...folders].map((name) => join(group, name));
    assert.deepEqual(
      [...writes].sort(),
      paths.map((path) => `sync ${path.replace(/\/$/, "")}`).sort(),
    );
    assert.equal(writes.at(-1), `sync ${group}`);
  });
});

Deno.test("the store is marked as complete after all is flushed to the disk", async () => {
  await withFolder(async (folder) => {
    const options = await writeData(folder, DATA);
    const { out } = options;
    const writes = (await writesDuring(() => sliceRecordings(options)))
      .map((write) => write.replace(/\.partial-\w+/, "partial"));
    const root = [
      ...[`sync ${out}/partial/zarr.json`, `sync ${out}/partial`],
      ...[`sync ${out}`, `rename ${out}/zarr.json`, `sync ${out}`],
    ];
    assert.deepEqual(writes.slice(0, 5), root);
    assert.deepEqual(
      writes.slice(5, -5).sort(),
      Object.keys(DATA).map((name) => `rename ${out}/${name}`),
    );
    assert.deepEqual(writes.slice(-5), root);
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
