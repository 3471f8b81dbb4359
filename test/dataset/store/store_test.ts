import assert from "node:assert/strict";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { DatasetError } from "../../../dataset/files/errors.ts";
import { DVS128, type Events } from "../../../dataset/events.ts";
import { sliceRecordings } from "../../../dataset/slicing/slice.ts";
import { openStore } from "../../../dataset/store/store.ts";
import { ChunkCache } from "../../../dataset/store/chunk_cache.ts";
import { eventLayouts } from "../../../dataset/store/column_layouts.ts";
import { RecordingWriter } from "../../../dataset/store/recording_writer.ts";
import { Column } from "../../../dataset/store/zarr/column.ts";
import { crc32c } from "../../../dataset/files/crc32c.ts";
import { ZarrFolder } from "../../../dataset/store/zarr/zarr_folder.ts";
import {
  eventsOf,
  randomPairs,
  rows,
  type TaggedRecording,
  withFolder,
  writeData,
} from "../slicing/slice_data.ts";
import { readColumn, readNode } from "./zarr_specification.ts";

const DATA: Record<string, TaggedRecording> = {
  user00_indoor: {
    pairs: randomPairs(150_000, 1000),
    tags: [[10, 70_000], [70_000, 70_003], [70_500, 150_000]],
  },
  user25_imse: {
    pairs: randomPairs(900),
    tags: [[0, 1], [1, 300], [400, 900]],
  },
};

/** Runs a test with a store of `DATA`. */
function withStore<T>(use: (store: string) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const options = await writeData(folder, DATA);
    await sliceRecordings(options);
    return await use(options.out);
  });
}

/** The rows of events that each slice of `DATA` should have. */
const EXPECTED = Object.values(DATA).flatMap(({ pairs, tags }) =>
  tags.map(([start, end]) => eventsOf(pairs.slice(start, end)))
);

Deno.test("a store conforms to the Zarr v3 specification", async () => {
  await withStore(async (store) => {
    const root = await readNode(store);
    assert.equal(root.zarr_format, 3);
    assert.equal(root.node_type, "group");
    const slices: number[][][] = [];
    for (const name of root.attributes.recordings) {
      const folder = join(store, name);
      const group = await readNode(folder);
      assert.equal(group.zarr_format, 3);
      assert.equal(group.node_type, "group");
      const [x, y, t, p, start, end] = await Promise.all(
        ["x", "y", "t", "p", "start", "end"].map((column) =>
          readColumn(join(folder, column))
        ),
      );
      assert.equal(x.length, group.attributes.events);
      const events = rows({ x, y, t, p });
      start.forEach((from, n) => slices.push(events.slice(from, end[n])));
    }
    assert.deepEqual(slices, EXPECTED);
  });
});

Deno.test("openStore() gives the properties of slices without reading events", async () => {
  await withStore(async (path) => {
    const store = await openStore(path);
    assert.deepEqual(store.sensor, { width: 128, height: 128 });
    assert.deepEqual(store.timing, { unitUs: 1000, fromFirstEvent: true });
    assert.deepEqual(store.classes, ["sign0", "sign1", "sign2"]);
    assert.deepEqual(store.labels, [0, 1, 2, 0, 1, 2]);
    const times = EXPECTED.map((events) => events.map(([, , t]) => t));
    assert.deepEqual(
      store.slices.map(({ events, durationUs }) => [events, durationUs]),
      times.map((t) => [t.length, t[t.length - 1] - t[0]]),
    );
    assert.deepEqual(store.slices[4], {
      source: "user25_imse",
      label: 1,
      className: "sign1",
      person: 25,
      session: "S1",
      events: 299,
      durationUs: times[4][298] - times[4][0],
    });
  });
});

Deno.test("events() gives the recorded events of slices in any order", async () => {
  await withStore(async (path) => {
    const store = await openStore(path);
    const order = [5, 2, 0, 4, 2, 1, 3];
    const found = await Promise.all(order.map((n) => store.events(n)));
    found.forEach((events, k) => {
      assert.deepEqual(rows(events), EXPECTED[order[k]]);
    });
    found[2].t.fill(0);
    assert.deepEqual(rows(await store.events(0)), EXPECTED[0]);
  });
});

Deno.test("origin() differs between recordings and changes with their data", async () => {
  await withFolder(async (folder) => {
    const originsOf = async (data: Record<string, TaggedRecording>) => {
      const options = await writeData(folder, data);
      await sliceRecordings(options);
      using store = await openStore(options.out);
      return await Promise.all(store.labels.map((_, n) => store.origin!(n)));
    };
    const first = await originsOf(DATA);
    const [one, other] = [first[0], first[5]];
    assert.deepEqual(first, [one, one, one, other, other, other]);
    assert.deepEqual(
      [one.recording, other.recording],
      ["user00_indoor", "user25_imse"],
    );
    const { user25_imse: { pairs, tags } } = DATA;
    const changes: TaggedRecording[] = [
      { pairs: pairs.with(299, [pairs[299][0] ^ 1, pairs[299][1]]), tags },
      { pairs, tags: tags.with(1, [1, 299]) },
    ];
    const digests = new Set([one.digest, other.digest]);
    for (const changed of changes) {
      const origins = await originsOf({ ...DATA, user25_imse: changed });
      assert.deepEqual(origins[0], one);
      digests.add(origins[5].digest);
    }
    assert.equal(digests.size, 4);
    assert.deepEqual(await originsOf(DATA), first);
  });
});

Deno.test("events() refuses an index that no slice has", async () => {
  await withStore(async (path) => {
    const store = await openStore(path);
    for (const index of [-1, 6, 0.5, NaN]) {
      await assert.rejects(store.events(index), {
        name: "RangeError",
        message: `Cannot read slice ${index}: the store has 6`,
      });
    }
  });
});

/** A chunk that takes a gigabyte once it is decompressed. */
const ENDLESS = withChecksum(zstdCompressSync(new Uint8Array(1 << 30)));

function withChecksum(bytes: Uint8Array): Uint8Array {
  const checked = new Uint8Array(bytes.length + 4);
  checked.set(bytes);
  new DataView(checked.buffer).setUint32(bytes.length, crc32c(bytes), true);
  return checked;
}

/** Damages a file of a store, opens the store and reads all its events. */
function readBroken(
  name: string,
  change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array | undefined,
): Promise<void> {
  return withStore(async (path) => {
    const file = join(path, name);
    const bytes = change(await Deno.readFile(file));
    if (bytes === undefined) await Deno.remove(file);
    else await Deno.writeFile(file, bytes);
    const store = await openStore(path);
    for (const index of store.labels.keys()) await store.events(index);
  });
}

const replace = (from: string, to: string) => (bytes: Uint8Array) => {
  const text = new TextDecoder().decode(bytes);
  assert(text.includes(from), from);
  return new TextEncoder().encode(text.replace(from, to));
};

Deno.test("a damaged chunk is an error that names its file", async () => {
  const changes = {
    missing: () => undefined,
    empty: () => new Uint8Array(),
    truncated: (bytes: Uint8Array) => bytes.subarray(0, -10),
    altered: (bytes: Uint8Array) =>
      bytes.map((byte, i) => i === bytes.length >> 1 ? byte ^ 1 : byte),
    // A chunk of a gigabyte with the right checksum.
    endless: () => ENDLESS,
  };
  for (const change of Object.values(changes)) {
    for (const name of ["user00_indoor/t/c/1", "user25_imse/start/c/0"]) {
      await assert.rejects(
        readBroken(name, change),
        (error) => error instanceof DatasetError && error.path.endsWith(name),
      );
    }
  }
  await assert.rejects(
    readBroken("user00_indoor/t/c/1", changes.endless),
    /Cannot create a Buffer larger than \d+ bytes/,
  );
});

Deno.test("a damaged description is an error that names its file", async () => {
  const broken: [string, string, string][] = [
    ["zarr.json", "{", "("],
    ["zarr.json", "slayer-events", "slayer-weights"],
    ["zarr.json", '"version": 1', '"version": 2'],
    ["zarr.json", "user25_imse", "../user25_imse"],
    ["zarr.json", '"width": 128', '"width": 0'],
    ["zarr.json", '"attributes": {', '"attributes": false, "others": {'],
    ["user25_imse/zarr.json", '"group"', '"array"'],
    ["user25_imse/zarr.json", '"person": 25', '"person": "X"'],
    ["user25_imse/zarr.json", '"labels": [', '"labels": [1,'],
    ["user25_imse/x/zarr.json", "uint8", "float32"],
    ["user25_imse/x/zarr.json", "zstd", "zzz"],
    ["user25_imse/t/zarr.json", '"zarr_format": 3', '"zarr_format": 3,,'],
  ];
  for (const [name, from, to] of broken) {
    await assert.rejects(
      readBroken(name, replace(from, to)),
      (error) =>
        error instanceof DatasetError &&
        error.path.includes(name.replace(/\/x\/zarr.json$/, "/x")),
      `${name}: ${to}`,
    );
  }
});

Deno.test("descriptions that contradict each other are an error", async () => {
  const broken: [string, string, string, RegExp][] = [
    [
      "user25_imse/zarr.json",
      '"events": 800',
      '"events": 801',
      /[xytp] has 800 of 801/,
    ],
    ["user25_imse/zarr.json", "2\n    ]", "3\n    ]", /has label 3 of 3/],
    // The last codec, so that all others are valid.
    ["user25_imse/start/zarr.json", '"crc32c"', '"crc"', /its codecs is /],
    [
      "user25_imse/end/zarr.json",
      '"codecs"',
      '"codec"',
      /its codecs is undefined/,
    ],
  ];
  for (const [name, from, to, problem] of broken) {
    await assert.rejects(readBroken(name, replace(from, to)), problem);
  }
});

Deno.test("openStore() names the missing file", async () => {
  await assert.rejects(
    readBroken("zarr.json", () => undefined),
    /there is no event store; slice recordings to make one$/,
  );
  await assert.rejects(
    readBroken("user25_imse/zarr.json", () => undefined),
    /user25_imse": it is damaged, zarr.json is missing; remove ".+" and slice again$/,
  );
  await assert.rejects(
    readBroken("user25_imse/y/zarr.json", () => undefined),
    DatasetError,
  );
  await assert.rejects(
    readBroken("zarr.json", replace("{", "(")),
    /zarr.json": it is damaged, .+; remove ".+zarr" and slice again$/,
  );
});

Deno.test("openStore() refuses an incomplete store", async () => {
  await assert.rejects(
    readBroken("zarr.json", replace('"complete": true', '"complete": false')),
    /it is incomplete, 2 of 2 recordings are in it; slice again/,
  );
});

Deno.test("a sensor of more than 256 pixels keeps its coordinates", async () => {
  await withFolder(async (folder) => {
    const events: Events = {
      x: Uint16Array.of(0, 639),
      y: Uint16Array.of(255, 0),
      t: Uint32Array.of(1, 2 ** 32 - 1),
      p: Uint8Array.of(0, 1),
    };
    const sensor = { width: 640, height: 256 };
    const writer = await RecordingWriter.create(folder, sensor);
    await writer.append(events, 0, 2);
    const bounds = { start: Uint32Array.of(0), end: Uint32Array.of(2) };
    await writer.finish(bounds, {
      source: "user00_dc",
      sha256: "",
      axes: "reference",
      person: 0,
      session: "S2",
      labels: [0],
      tagStarts: [0],
      tagEnds: [2],
      events: 2,
      durationsUs: [0],
      specialEvents: 0,
      backwardSteps: 0,
    });
    assert.deepEqual(await readColumn(join(folder, "x")), [0, 639]);
    assert.deepEqual(await readColumn(join(folder, "y")), [255, 0]);
    assert.deepEqual(await readColumn(join(folder, "t")), [1, 2 ** 32 - 1]);
    assert.equal((await readNode(join(folder, "y"))).data_type, "uint8");
  });
});

Deno.test("ChunkCache evicts the least recently used chunk", async () => {
  await withStore(async (path) => {
    const layout = eventLayouts(DVS128).x;
    const x = await Column.open(join(path, "user00_indoor", "x"), layout);
    const cache = new ChunkCache(2 * x.chunkBytes);
    const [first, second] = [await cache.read(x, 0), await cache.read(x, 1)];
    assert.equal(await cache.read(x, 0), first);
    await cache.read(x, 2);
    assert.equal(await cache.read(x, 0), first);
    assert.notEqual(await cache.read(x, 1), second);
  });
});

Deno.test("ChunkCache does not keep a failed read", async () => {
  await withStore(async (path) => {
    const layout = eventLayouts(DVS128).x;
    const x = await Column.open(join(path, "user25_imse", "x"), layout);
    const file = join(path, "user25_imse/x/c/0");
    const cache = new ChunkCache(1 << 20);
    await Deno.rename(file, `${file}.away`);
    await assert.rejects(cache.read(x, 0), DatasetError);
    await Deno.rename(`${file}.away`, file);
    assert.equal((await cache.read(x, 0))[0], EXPECTED[3][0][0]);
  });
});

Deno.test("a full disk is an error that says so", async () => {
  await withFolder(async (folder) => {
    await Deno.symlink("/dev/full", join(folder, "0"));
    await assert.rejects(new ZarrFolder(folder).set("/0", new Uint8Array(9)), {
      name: "DatasetError",
      message: `Cannot use "${join(folder, "0")}": it cannot be written, ` +
        "the disk is full",
    });
  });
});
