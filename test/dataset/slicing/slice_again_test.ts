import assert from "node:assert/strict";
import { join } from "node:path";
import { openSamples } from "../../../dataset/samples/open_samples.ts";
import { sliceRecordings } from "../../../dataset/slicing/slice.ts";
import { sliceSamples } from "../../../dataset/slicing/slice_samples.ts";
import { recordingsAt, withFiles } from "../layouts/recordings.ts";
import {
  DATA,
  readTree,
  withFolder,
  writeData,
  writeRecording,
  writeTags,
} from "./slice_data.ts";

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

Deno.test("slices of other data are not replaced", () =>
  withFiles(
    recordingsAt(["a/x/1.csv", "a/y/1.csv", "b/x/1.csv", "b/y/1.csv"]),
    async (folder) => {
      const out = join(folder, "all.zarr");
      const slice = async (name: string, ...paths: string[]) =>
        await sliceSamples(await openSamples(join(folder, name)), {
          out,
          source: paths.length === 0 ? undefined : {
            arguments: ["--data", name],
            files: paths.map((path) => ({ path, bytes: 1, changedMs: 1 })),
          },
        });
      await slice("a", "a/x/1.csv", "a/y/1.csv");
      const files = await readTree(out);
      await assert.rejects(slice("b", "b/x/1.csv", "b/y/1.csv"), {
        name: "DatasetError",
        message: `Cannot use "${out}": it was sliced from other data (--data ` +
          "a), of which 2 recordings would be lost; choose another folder, or " +
          "remove it",
      });
      assert.deepEqual(await readTree(out), files);
      // The same recordings elsewhere, and one of these changed.
      await slice("a", "moved/x/1.csv", "moved/y/1.csv");
      await Deno.copyFile(join(folder, "b/x/1.csv"), join(folder, "a/x/1.csv"));
      const { recordings } = await slice("a", "moved/x/1.csv");
      assert.deepEqual(recordings.map(({ sliced }) => sliced), [true, false]);
    },
  ));

Deno.test("slices of recordings of other names are not replaced", () =>
  withFiles(recordingsAt(["a/x/1.csv", "b/y/1.csv"]), async (folder) => {
    const out = join(folder, "all.zarr");
    await sliceSamples(await openSamples(join(folder, "a")), { out });
    await assert.rejects(
      sliceSamples(await openSamples(join(folder, "b")), { out }),
      {
        message: `Cannot use "${out}": it was sliced from other data, of ` +
          "which 1 recording would be lost; choose another folder, or remove it",
      },
    );
  }));
