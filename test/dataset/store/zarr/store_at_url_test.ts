import assert from "node:assert/strict";
import { join } from "node:path";
import { batches } from "../../../../dataset/batches.ts";
import { DatasetError } from "../../../../dataset/files/errors.ts";
import { sliceRecordings } from "../../../../dataset/slicing/slice.ts";
import { type EventStore, openStore } from "../../../../dataset/store/store.ts";
import { ReadThreads } from "../../../../dataset/store/read_threads.ts";
import { temporaryFolder } from "../../../fixtures/temporary_folder.ts";
import { randomPairs, writeData } from "../../slicing/slice_data.ts";
import { type Fault, serveFaulty } from "./faulty_server.ts";

/** Chunks of events: the first recording has three of each column. */
const CHUNK = /\/[xytp]\/c\/\d+$/;

/** Makes a store of two recordings, `events.zarr` in a folder. */
async function storeFolder() {
  const folder = await temporaryFolder();
  await sliceRecordings(
    await writeData(folder.path, {
      user00_indoor: {
        pairs: randomPairs(150_000),
        tags: [[10, 70_000], [70_000, 70_003], [70_500, 150_000]],
      },
      user25_imse: {
        pairs: randomPairs(900),
        tags: [[0, 1], [1, 300], [400, 900]],
      },
    }),
  );
  return folder;
}

/** Everything that a store tells, and all its events, packed too. */
async function contentsOf(store: EventStore) {
  const { slices, sensor, classes, labels } = store;
  return {
    slices,
    sensor,
    classes,
    labels,
    events: await Promise.all(slices.map((_, index) => store.events(index))),
    origins: await Promise.all(slices.map((_, index) => store.origin!(index))),
    batches: await Array.fromAsync(batches(store, [5, 0, 3, 1, 2, 4], {
      batchSize: 3,
      bins: 300,
      crop: "fixed",
      binning: { method: "SlayerTD", Ts: 5 },
    })),
  };
}

const FAULTS: Readonly<
  Record<string, {
    readonly faultOf?: (path: string, before: number) => Fault;
    readonly ranges?: boolean;
  }>
> = {
  "serves files": {},
  "is slow": { faultOf: () => "slow" },
  "drops every first connection": {
    faultOf: (_, before) => before === 0 ? "drop" : undefined,
  },
  "drops connections and goes on with ranges": {
    faultOf: (_, before) => before < 2 ? "drop" : undefined,
    ranges: true,
  },
  "first serves wrong bytes": {
    faultOf: (_, before) => before === 0 ? "wrong" : undefined,
  },
  "first serves pages": {
    faultOf: (_, before) => before === 0 ? "page" : undefined,
  },
  "first answers 500": {
    faultOf: (_, before) => before === 0 ? 500 : undefined,
  },
  "is busy, with 429": {
    faultOf: (_, before) => before < 3 ? 429 : undefined,
  },
};

Deno.test("a store has the same samples at a URL as in its folder", async (t) => {
  await using folder = await storeFolder();
  using local = await openStore(join(folder.path, "events.zarr"));
  const expected = await contentsOf(local);
  for (const [name, { faultOf, ranges }] of Object.entries(FAULTS)) {
    await t.step(`whose server ${name}`, async () => {
      await using server = await serveFaulty(folder.path, faultOf, { ranges });
      using store = await openStore(`${server.url}/events.zarr`);
      assert.deepEqual(await contentsOf(store), expected);
      const ranged = server.seen.filter(({ range }) => range !== undefined);
      assert.equal(ranged.length > 0, ranges === true);
    });
  }
  await t.step("read on threads", async () => {
    await using server = await serveFaulty(
      folder.path,
      (path, before) => CHUNK.test(path) && before === 0 ? "wrong" : undefined,
    );
    using threads = new ReadThreads();
    const options = { threads, cache: join(folder.path, "cache") };
    using store = await openStore(`${server.url}/events.zarr`, options);
    assert.deepEqual(await contentsOf(store), expected);
  });
});

Deno.test("chunks in the cache are not asked for again, unless damaged", async () => {
  await using folder = await storeFolder();
  const path = join(folder.path, "events.zarr");
  const cache = join(folder.path, "cache");
  const expected = await contentsOf(await openStore(path));
  const read = async (store: string, url: string) => {
    using opened = await openStore(`${url}/${store}`, { cache });
    assert.deepEqual(await contentsOf(opened), expected);
  };
  await using server = await serveFaulty(folder.path);
  const asked = () =>
    server.seen.splice(0).filter(({ path }) => /\/c\/\d+$/.test(path)).length;
  await read("events.zarr", server.url);
  const files = await Array.fromAsync(Deno.readDir(cache));
  // Each is named for its content: equal chunks are one file.
  assert(asked() >= files.length && files.length > 10);
  await read("events.zarr", server.url);
  assert.equal(asked(), 0);
  // The same content at another address.
  await Deno.rename(path, join(folder.path, "moved.zarr"));
  await read("moved.zarr", server.url);
  assert.equal(asked(), 0);
  const [{ name }] = files;
  await Deno.truncate(join(cache, name), 5);
  await read("moved.zarr", server.url);
  assert(asked() >= 1);
  await read("moved.zarr", server.url);
  assert.equal(asked(), 0);
});

Deno.test("bytes that stay wrong are refused, and never kept", async () => {
  await using folder = await storeFolder();
  const path = join(folder.path, "events.zarr");
  const cache = join(folder.path, "cache");
  const x = join(path, "user00_indoor/x");
  const cases: [string, (path: string) => Fault, RegExp][] = [
    [
      "x/c/0",
      (path) => path.endsWith("indoor/x/c/0") ? "wrong" : undefined,
      /bytes do not have their checksum, after 3 requests$/,
    ],
    [
      "x/c/0",
      (path) => path.endsWith("indoor/x/c/0") ? 404 : undefined,
      /the server has no such file$/,
    ],
    [
      "zarr.json",
      (path) =>
        path === "events.zarr/user00_indoor/zarr.json" ? "wrong" : undefined,
      /(JSON|checksum).*, after 3 requests$/,
    ],
    [
      "zarr.json",
      () => "page",
      /is not valid JSON, after 3 requests$/,
    ],
    ["zarr.json", () => 403, /the server answers 403 Forbidden$/],
    [
      "zarr.json",
      () => 503,
      /the server answers 503 Service Unavailable, after 7 requests$/,
    ],
  ];
  for (const [file, faultOf, problem] of cases) {
    await using server = await serveFaulty(folder.path, faultOf);
    const read = async () => {
      using store = await openStore(`${server.url}/events.zarr`, { cache });
      await store.events(0);
    };
    await assert.rejects(read(), (error) => {
      assert(error instanceof DatasetError);
      assert(error.path.startsWith(server.url) && error.path.endsWith(file));
      assert(error.message.startsWith(`Cannot use "${error.path}": `));
      assert.match(error.message, problem);
      return true;
    });
  }
  // Another chunk of the same column, whose CRC-32C is right.
  await Deno.copyFile(join(x, "c/1"), join(x, "c/0"));
  await using server = await serveFaulty(folder.path);
  using store = await openStore(`${server.url}/events.zarr`);
  await assert.rejects(store.events(0), /bytes do not have their checksum/);
});

Deno.test("a store without digests, as older versions made it, can be read", async () => {
  await using folder = await storeFolder();
  const path = join(folder.path, "events.zarr");
  const expected = await contentsOf(await openStore(path));
  const nodes = ["", "user00_indoor", "user25_imse"].flatMap((group) => [
    join(path, group, "zarr.json"),
    ...(group === "" ? [] : ["x", "y", "t", "p", "start", "end"])
      .map((column) => join(path, group, column, "zarr.json")),
  ]);
  for (const node of nodes) {
    const { attributes, ...rest } = JSON.parse(await Deno.readTextFile(node));
    const { sha256: _, descriptionSha256: __, ...others } = attributes;
    const sha256 = rest.node_type === "group" && attributes.sha256;
    const older = sha256 ? { ...others, sha256 } : others;
    await Deno.writeTextFile(
      node,
      JSON.stringify({ ...rest, attributes: older }),
    );
  }
  const cache = join(folder.path, "cache");
  await using server = await serveFaulty(
    folder.path,
    (path, before) => CHUNK.test(path) && before === 0 ? "wrong" : undefined,
  );
  using store = await openStore(`${server.url}/events.zarr`, { cache });
  const { slices, events, batches } = await contentsOf(store);
  assert.deepEqual(events, expected.events);
  assert.deepEqual(batches, expected.batches);
  assert.deepEqual(slices, expected.slices);
});

Deno.test("a store that is replaced while it is read on threads is refused", async () => {
  await using folder = await storeFolder();
  const path = join(folder.path, "events.zarr");
  await using server = await serveFaulty(folder.path);
  using threads = new ReadThreads();
  using store = await openStore(`${server.url}/events.zarr`, { threads });
  await Deno.remove(path, { recursive: true });
  await sliceRecordings(
    await writeData(folder.path, {
      user00_indoor: {
        pairs: randomPairs(160_000),
        tags: [[20, 70_000], [70_000, 70_003], [70_500, 150_000]],
      },
    }),
  );
  await assert.rejects(store.events(0), /it was replaced while it was read$/);
});

Deno.test("a URL with a query is refused, and a server that is not there", async () => {
  await assert.rejects(openStore("http://127.0.0.1:1/events.zarr?key=1"), {
    name: "DatasetError",
    message: 'Cannot use "http://127.0.0.1:1/events.zarr?key=1": expected ' +
      "the URL of a folder, without ? and #",
  });
  await assert.rejects(
    openStore("http://127.0.0.1:1/events.zarr"),
    /events.zarr\/zarr.json": the connection failed, .+, after 7 requests$/,
  );
});
