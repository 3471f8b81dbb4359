import assert from "node:assert/strict";
import { join } from "node:path";
import { DatasetError } from "../../../dataset/files/errors.ts";
import {
  type SliceOptions,
  sliceRecordings,
} from "../../../dataset/slicing/slice.ts";
import { openStore } from "../../../dataset/store/store.ts";
import { ReadThreads } from "../../../dataset/store/read_threads.ts";
import { runScript } from "../../fixtures/run_script.ts";
import { ROOT } from "../../fixtures/source_files.ts";
import {
  eventsOf,
  randomPairs,
  readTree,
  rows,
  type TaggedRecording,
  withFolder,
  writeData,
} from "../slicing/slice_data.ts";

const DATA: Record<string, TaggedRecording> = {
  user00_indoor: { pairs: randomPairs(700), tags: [[0, 1], [1, 700]] },
  user25_imse: { pairs: randomPairs(800), tags: [[5, 100], [200, 300]] },
};

/** Message if another run is slicing the store. */
const SLICED = /another run is slicing it; try again when it has ended$/;

/** Message if a store to be sliced is in use. */
const IN_USE =
  /another run is reading or slicing it; try again when it has ended$/;

/**
 * Starts slicing in another process, which pauses after the first recording
 * until it is killed.
 */
async function sliceHalf(options: SliceOptions): Promise<AsyncDisposable> {
  const module = JSON.stringify(join(ROOT, "dataset/slicing/slice.ts"));
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--no-check",
      `import { sliceRecordings } from ${module};
      await sliceRecordings({
        ...${JSON.stringify(options)},
        onProgress() {
          console.log("half");
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
        },
      });`,
    ],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  assert.match(new TextDecoder().decode((await reader.read()).value), /half/);
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await reader.cancel();
      await child.status;
    },
  };
}

/** Runs a program that has the permission to read, but none to write. */
async function runReader(folder: string, program: string, flags: string[]) {
  const path = join(folder, "program.ts");
  await Deno.writeTextFile(path, program);
  const { success, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-check", "--allow-read"],
      ...["--config", join(ROOT, "deno.json"), ...flags, path],
    ],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("an open store cannot be sliced again until it is disposed", async () => {
  await withFolder(async (folder) => {
    const options = await writeData(folder, DATA);
    await sliceRecordings(options);
    const files = await readTree(options.out);
    const jaer = { ...options, axes: "jaer" } as const;
    {
      using one = await openStore(options.out);
      using _other = await openStore(options.out);
      await assert.rejects(sliceRecordings(jaer), {
        name: "DatasetError",
        message: IN_USE,
      });
      assert.deepEqual(await readTree(options.out), files);
      const { pairs, tags: [, [start, end]] } = DATA.user00_indoor;
      assert.deepEqual(
        rows(await one.events(1)),
        eventsOf(pairs.slice(start, end)),
      );
    }
    const { locked } = await sliceRecordings(jaer);
    assert.equal(locked, true);
  });
});

Deno.test("a store that is being sliced cannot be read or sliced by others", async () => {
  await withFolder(async (folder) => {
    const options = await writeData(folder, DATA);
    {
      await using _half = await sliceHalf(options);
      await assert.rejects(openStore(options.out), {
        name: "DatasetError",
        message: SLICED,
      });
      const lost = await runScript("scripts/tasks/slice.ts", [
        ...["--recordings", folder, "--tags", folder, "--axes", "jaer"],
        ...["--list", options.list, "--classes", options.classes],
        ...["--out", options.out],
      ], { permissions: ["--allow-read", "--allow-write"] });
      assert.equal(lost.code, 1);
      const [line, end, ...rest] = lost.stderr.trimStart().split("\n");
      assert.match(line, IN_USE);
      assert.deepEqual([end, rest], ["", []]);
    }
    await sliceRecordings(options);
    using store = await openStore(options.out);
    assert.equal(store.labels.length, 4);
  });
});

Deno.test("reading a store needs no permission to write, and changes nothing", async () => {
  await withFolder(async (folder) => {
    const options = await writeData(folder, DATA);
    await sliceRecordings(options);
    const files = await readTree(options.out);
    await Deno.chmod(options.out, 0o555);
    const module = JSON.stringify(join(ROOT, "dataset/store/store.ts"));
    const printed = await runReader(
      folder,
      `import { openStore } from ${module};
      using store = await openStore(${JSON.stringify(options.out)});
      console.log((await store.events(3)).t.length);`,
      [],
    );
    assert.equal(printed, "100\n");
    await Deno.chmod(options.out, 0o755);
    assert.deepEqual(await readTree(options.out), files);
  });
});

Deno.test("a garbage-collected store can be sliced again", async () => {
  await withFolder(async (folder) => {
    const options = await writeData(folder, DATA);
    await sliceRecordings(options);
    const lock = JSON.stringify(join(ROOT, "dataset/store/store_lock.ts"));
    const store = JSON.stringify(join(ROOT, "dataset/store/store.ts"));
    const path = JSON.stringify(options.out);
    const printed = await runReader(
      folder,
      `import { openStore } from ${store};
      import { StoreLock } from ${lock};
      const pause = () => new Promise((resolve) => setTimeout(resolve, 10));
      const isFree = async () => {
        gc();
        await pause();
        try {
          using lock = await StoreLock.acquire(${path}, "slice");
          return true;
        } catch {
          return false;
        }
      };
      let opened = await openStore(${path});
      console.log(await isFree());
      await opened.events(0);
      opened = undefined;
      let tries = 0;
      while (tries < 100 && !await isFree()) tries++;
      console.log(tries < 100);`,
      ["--v8-flags=--expose-gc"],
    );
    assert.equal(printed, "false\ntrue\n");
  });
});

Deno.test("a store that was replaced by another cannot be read any more", async () => {
  await withFolder(async (folder) => {
    const options = await writeData(folder, DATA);
    using threads = new ReadThreads();
    const moves = {
      removed: () => Deno.remove(options.out, { recursive: true }),
      moved: () => Deno.rename(options.out, join(folder, "before.zarr")),
    };
    for (const move of Object.values(moves)) {
      await sliceRecordings(options);
      using alone = await openStore(options.out);
      using threaded = await openStore(options.out, { threads });
      await move();
      const replaced = {
        name: "DatasetError",
        message: /it was removed or replaced while it was read$/,
      };
      await assert.rejects(alone.events(0), replaced);
      await sliceRecordings({ ...options, axes: "jaer" });
      await assert.rejects(alone.events(0), replaced);
      await assert.rejects(threaded.events(0), replaced);
      const binning = { method: "SlayerTD", Ts: 5 } as const;
      await assert.rejects(threaded.packed!(0, binning), replaced);
    }
  });
});

Deno.test("slicing reports a store that cannot be locked", async () => {
  await withFolder(async (folder) => {
    const options = await writeData(folder, DATA);
    const { tryLock } = Deno.FsFile.prototype;
    Deno.FsFile.prototype.tryLock = () =>
      Promise.reject(new Error("Function not implemented (os error 38)"));
    try {
      assert.equal((await sliceRecordings(options)).locked, false);
      using store = await openStore(options.out);
      assert.equal(store.labels.length, 4);
    } finally {
      Deno.FsFile.prototype.tryLock = tryLock;
    }
  });
});

Deno.test("a store with the recording of another store or with other axes is refused", async () => {
  await withFolder(async (folder) => {
    const options = await writeData(folder, DATA);
    await sliceRecordings(options);
    const group = join(options.out, "user25_imse");
    const refused = async (from: string, to: string, problem: RegExp) => {
      const path = join(group, "zarr.json");
      const text = await Deno.readTextFile(path);
      assert(text.includes(from));
      await Deno.writeTextFile(path, text.replace(from, to));
      await assert.rejects(
        openStore(options.out),
        (error) =>
          error instanceof DatasetError && error.path === group &&
          problem.test(error.message),
      );
      await Deno.writeTextFile(path, text);
    };
    await refused(
      '"axes": "reference"',
      '"axes": "jaer"',
      /has "user25_imse" with axes "jaer", but the store lists "user25_imse" with axes "reference"/,
    );
    await refused(
      '"source": "user25_imse"',
      '"source": "user00_indoor"',
      /has "user00_indoor" with axes "reference", but the store lists "user25_imse"/,
    );
    (await openStore(options.out))[Symbol.dispose]();
  });
});
