import assert from "node:assert/strict";
import { join } from "node:path";
import { batches } from "../../../dataset/batches.ts";
import { DatasetError } from "../../../dataset/files/errors.ts";
import { sliceRecordings } from "../../../dataset/slicing/slice.ts";
import { openStore } from "../../../dataset/store/store.ts";
import { ReadThreads } from "../../../dataset/store/read_threads.ts";
import {
  putTogether,
  takeApart,
} from "../../../dataset/threads/worker_error.ts";
import { randomPairs, withFolder, writeData } from "../slicing/slice_data.ts";

/** Makes a store of short slices, which share a chunk, and of long ones. */
function withStore(use: (store: string) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    const { out, ...options } = await writeData(folder, {
      user00_indoor: {
        pairs: randomPairs(150_000, 1000),
        tags: [[10, 70_000], [70_000, 70_003], [70_500, 150_000]],
      },
      user25_imse: {
        pairs: randomPairs(900),
        tags: [[0, 1], [1, 300], [400, 900]],
      },
    });
    await sliceRecordings({ out, ...options });
    await use(out);
  });
}

Deno.test("a store on threads gives the samples of a store without", async () => {
  await withStore(async (path) => {
    using threads = new ReadThreads();
    const alone = await openStore(path);
    const threaded = await openStore(path, { threads });
    assert.deepEqual(threaded.slices, alone.slices);
    const order = [5, 0, 3, 1, 2, 4, 0];
    const collect = (store: typeof alone) =>
      Array.fromAsync(batches(store, order, {
        batchSize: 3,
        bins: 300,
        crop: "fixed",
        binning: { method: "SlayerTD", Ts: 5 },
      }));
    assert.deepEqual(await collect(threaded), await collect(alone));
    for (const index of order) {
      const events = await alone.events(index);
      assert.deepEqual(await threaded.events(index), events);
    }
  });
});

Deno.test("errors on threads have the class and message of errors without", async () => {
  await withStore(async (path) => {
    using threads = new ReadThreads();
    const store = await openStore(path, { threads });
    const chunk = join(path, "user00_indoor/t/c/0");
    await Deno.writeFile(chunk, new Uint8Array(9));
    const damaged = (error: unknown) =>
      error instanceof DatasetError && error.path === chunk &&
      error.message.endsWith(
        `remove "${join(path, "user00_indoor")}" and slice again`,
      );
    const binning = { method: "SlayerTD", Ts: 5 } as const;
    await assert.rejects(store.events(0), damaged);
    await assert.rejects(store.packed!(0, binning), damaged);
    // The other recording is undamaged, but has too many bins at this Ts.
    const short = { ...binning, Ts: 1e-6 };
    await assert.rejects(store.packed!(5, short), RangeError);
    await assert.rejects(store.packed!(6, binning), {
      name: "RangeError",
      message: "Cannot read slice 6: the store has 6",
    });
    assert.equal((await store.packed!(4, binning)).words.length, 299);
  });
});

Deno.test("an error survives the way between threads", () => {
  const cause = new Error("beneath");
  for (
    const error of [
      new DatasetError("list.txt", "it is empty", { line: 3, cause }),
      new RangeError("Cannot read slice 6", { cause }),
      new Error("any other", { cause }),
    ]
  ) {
    const copy = putTogether(structuredClone(takeApart(error)));
    assert.equal(copy.constructor, error.constructor);
    assert.deepEqual(copy, error);
    assert.equal(copy.stack, error.stack);
  }
});
