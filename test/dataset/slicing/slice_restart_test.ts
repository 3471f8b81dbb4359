import assert from "node:assert/strict";
import { join } from "node:path";
import { DatasetError } from "../../../dataset/files/errors.ts";
import {
  type SliceOptions,
  sliceRecordings,
} from "../../../dataset/slicing/slice.ts";
import { openStore } from "../../../dataset/store/store.ts";
import {
  randomPairs,
  readTree,
  type TaggedRecording,
  withFolder,
  writeData,
} from "./slice_data.ts";

const NAMES = ["user00_indoor", "user18_sunlight", "user25_imse", "user35_dc"];

const DATA = Object.fromEntries(
  NAMES.map((name, i): [string, TaggedRecording] => [name, {
    pairs: randomPairs(250_000 + i, 500),
    tags: [[1, 100_000], [100_000 + i, 250_000]],
  }]),
);

/**
 * Slices in another process and kills it at a given moment. The process pauses
 * after a number of recordings, so that the moment is not missed.
 */
async function sliceKilled(
  options: SliceOptions,
  { recordings, isMoment }: Moment,
): Promise<void> {
  const module = new URL("../../../dataset/slicing/slice.ts", import.meta.url);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--no-check",
      `import { sliceRecordings } from ${JSON.stringify(module)};
      let left = ${recordings};
      await sliceRecordings({
        ...${JSON.stringify(options)},
        onProgress({ recording }) {
          if (!recording.sliced || --left > 0) return;
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
        },
      });`,
    ],
    stdout: "null",
  }).spawn();
  let ended = false;
  const status = child.status.finally(() => ended = true);
  const deadline = Date.now() + 60_000;
  while (!ended && Date.now() < deadline) {
    if (isMoment(await listFiles(options.out))) break;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  if (!ended) child.kill("SIGKILL");
  assert(Date.now() < deadline, "the moment did not come");
  assert.equal((await status).signal, "SIGKILL");
}

/** Paths of the files below a folder; none if it does not exist. */
async function listFiles(folder: string, below = ""): Promise<string[]> {
  const files: string[] = [];
  try {
    for await (const entry of Deno.readDir(join(folder, below))) {
      const path = join(below, entry.name);
      if (entry.isDirectory) files.push(...await listFiles(folder, path));
      else files.push(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return files;
}

const countPlaced = (files: string[]) =>
  files.filter((file) => /^user\w+.zarr\.json$/.test(file)).length;

interface Moment {
  /** Number of recordings after which the run pauses. */
  readonly recordings: number;
  /** Whether to kill the run, given the files of the store. */
  readonly isMoment: (files: string[]) => boolean;
}

const MOMENTS: Record<string, Moment> = {
  "before any recording": {
    recordings: 1,
    isMoment: (files) => files.includes("zarr.json"),
  },
  "while chunks are written": {
    recordings: 1,
    isMoment: (files) => files.some((file) => /^\.partial.*\bc.0$/.test(file)),
  },
  "while a recording is finished": {
    recordings: 1,
    isMoment: (files) =>
      files.some((file) => /^\.partial.*\bstart\b/.test(file)),
  },
  "after the first recording": {
    recordings: 1,
    isMoment: (files) => countPlaced(files) >= 1,
  },
  "after the last recording": {
    recordings: 4,
    isMoment: (files) => countPlaced(files) === 4,
  },
};

Deno.test("a killed run is completed by the next", async (test) => {
  await withFolder(async (folder) => {
    const options = await writeData(folder, DATA);
    await sliceRecordings(options);
    const whole = await readTree(options.out);
    for (const [name, moment] of Object.entries(MOMENTS)) {
      await test.step(`killed ${name}`, async () => {
        const out = join(folder, `${name}.zarr`);
        await sliceKilled({ ...options, out }, moment);
        const killed = await readTree(out);
        await assert.rejects(openStore(out), DatasetError);
        const { recordings } = await sliceRecordings({ ...options, out });
        assert.deepEqual(await readTree(out), whole);
        assert.equal(
          recordings.filter(({ sliced }) => !sliced).length,
          countPlaced(Object.keys(killed)),
        );
      });
    }
  });
});
