import assert from "node:assert/strict";
import { join } from "node:path";
import { DVS128 } from "../../../dataset/events.ts";
import { sliceRecordings } from "../../../dataset/slicing/slice.ts";
import { RecordingWriter } from "../../../dataset/store/recording_writer.ts";
import { DATA, readTree, withFolder, writeData } from "./slice_data.ts";

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
