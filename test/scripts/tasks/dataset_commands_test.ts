import assert from "node:assert/strict";
import { encodeAedat } from "../../../dataset/formats/aedat2/aedat_encode.ts";
import type { SlicedRecording } from "../../../dataset/slicing/slice.ts";
import { openStore } from "../../../dataset/store/store.ts";
import type { WrittenRecording } from "../../../dataset/synth/write.ts";
import { runScript } from "../../fixtures/run_script.ts";

const READ = { permissions: ["--allow-read"] };
const WRITE = { permissions: ["--allow-read", "--allow-write"] };

/** Does something with a folder that is gone afterwards. */
async function inFolder(action: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await action(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Reads all files in a folder, by name. */
async function contents(
  folder: string,
  under = "",
): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (
    const { name, isDirectory } of Deno.readDir(`${folder}/${under}`)
  ) {
    const path = `${under}${name}`;
    if (isDirectory) {
      for (const file of await contents(folder, `${path}/`)) files.set(...file);
    } else {
      files.set(path, (await Deno.readFile(`${folder}/${path}`)).toHex());
    }
  }
  return new Map([...files].sort());
}

Deno.test("inspect prints what a recording holds", () =>
  inFolder(async (folder) => {
    const recording = encodeAedat({
      x: Uint16Array.of(5, 90, 7),
      y: Uint16Array.of(7, 20, 3),
      t: Uint32Array.of(3000000000, 3000000500, 3000000400),
      p: Uint8Array.of(1, 0, 1),
    });
    const path = `${folder}/user00_indoor.aedat`;
    await Deno.writeFile(path, ReadableStream.from(recording));
    const special = Uint8Array.of(0, 0, 0x80, 0, 0xb2, 0xd0, 0x60, 0);
    await Deno.writeFile(path, special, { append: true });

    const words = await runScript("scripts/tasks/inspect.ts", [path], READ);
    assert.deepEqual(words, {
      code: 0,
      stderr: "",
      stdout: `version         AEDAT 2.0
events          3
duration        0.0005 s
x               107 to 124
y               37 to 122
ON events       1
OFF events      2
special events  1
backward steps  1
event rate      6000 events/s
hot pixels      0 above 500 events/s
faults          none
train with      deno task train --data FOLDER, which has a folder for each class
`,
    });
    const json = await runScript(
      "scripts/tasks/inspect.ts",
      [path, "--json"],
      READ,
    );
    assert.deepEqual(JSON.parse(json.stdout), {
      format: "AEDAT 2.0",
      version: "2.0",
      sensor: { width: 128, height: 128 },
      events: 3,
      firstUs: 3000000000,
      lastUs: 3000000500,
      durationUs: 500,
      eventRate: 6000,
      xMax: 124,
      yMax: 122,
      on: 1,
      off: 2,
      onShare: 1 / 3,
      problems: [],
      special: 1,
      hotPixels: 0,
      backwardSteps: 1,
      faults: [],
    });
    // What a crash leaves of a recording is read, and the cut reported.
    await Deno.writeFile(path, Uint8Array.of(0, 0, 1), { append: true });
    const cut = await runScript("scripts/tasks/inspect.ts", [path], READ);
    const { size } = await Deno.stat(path);
    const problem = "the last event, which is cut off";
    const line = `faults          ${problem}: 1, the first at byte ${size - 3}`;
    assert.deepEqual(cut, {
      ...words,
      stdout: words.stdout.replace("faults          none", line),
    });
    const args = [path, "--json", "--axes", "reference"];
    const turned = await runScript("scripts/tasks/inspect.ts", args, READ);
    const { xMax, yMax, on, onShare, faults } = JSON.parse(turned.stdout);
    assert.deepEqual([xMax, yMax, on, onShare], [90, 20, 2, 2 / 3]);
    assert.deepEqual(faults, [{ problem, count: 1, offset: size - 3 }]);
  }));

Deno.test("inspect refuses what is no recording in one line", () =>
  inFolder(async (folder) => {
    const empty = `${folder}/empty.aedat`;
    await Deno.writeFile(empty, new Uint8Array());
    for (const path of [empty, `${folder}/missing.aedat`]) {
      const outcome = await runScript("scripts/tasks/inspect.ts", [path], READ);
      assert.deepEqual([outcome.code, outcome.stdout], [1, ""]);
      const [line, rest] = outcome.stderr.split("\n");
      assert(line.startsWith(`error: Cannot read recording "${path}": `), line);
      assert.equal(rest, "");
    }
  }));

Deno.test("synth and slice make a store out of nothing", () =>
  inFolder(async (folder) => {
    const data = `${folder}/data`;
    const synth = await runScript(
      "scripts/tasks/synth.ts",
      ["--out", data, "--people", "2", "--seed", "7"],
      WRITE,
    );
    assert.match(synth.stdout, /data: 2 recordings, \d+ events\n$/);
    assert.deepEqual([synth.code, synth.stderr], [0, ""]);

    const slice = await runScript(
      "scripts/tasks/slice.ts",
      ["--data", data],
      WRITE,
    );
    assert.match(
      slice.stdout,
      /zarr: 38 slices of 2 recordings, \d+ events\n$/,
    );
    assert.deepEqual([slice.code, slice.stderr], [0, ""]);
    {
      // A store that is open cannot be sliced again.
      using store = await openStore(`${data}/sliced.zarr`);
      assert.equal(store.labels.length, 38);
      assert.equal(store.classes.length, 19);
    }

    const again = await runScript(
      "scripts/tasks/slice.ts",
      ["--data", data],
      WRITE,
    );
    assert.match(again.stdout, /already there: 2 recordings\n$/);

    const listed = await runScript(
      "scripts/tasks/slice.ts",
      ["--data", data, "--json"],
      WRITE,
    );
    const { store: path, recordings, removed } = JSON.parse(listed.stdout);
    assert.deepEqual([path, removed], [`${data}/sliced.zarr`, []]);
    assert.deepEqual(
      recordings.map((
        { sliced, labels }: SlicedRecording,
      ) => [sliced, labels.length]),
      [[false, 19], [false, 19]],
    );

    const named = await runScript("scripts/tasks/slice.ts", [
      ...["--recordings", `${data}/recordings`, "--tags", `${data}/tags`],
      ...["--list", `${data}/filelist.txt`, "--classes"],
      `${data}/SL-Animals-DVS_gestures_definitions.csv`,
      ...["--out", `${folder}/named.zarr`],
    ], WRITE);
    assert.equal(named.code, 0);
    const stores = [`${folder}/named.zarr`, `${data}/sliced.zarr`];
    const [files, others] = await Promise.all(stores.map(async (store) => {
      const files = await contents(store);
      // The root group names the arguments, and paths from the store.
      files.delete("zarr.json");
      return files;
    }));
    assert.deepEqual(files, others);
  }));

Deno.test("synth prints its recordings as JSON, and nothing else", () =>
  inFolder(async (folder) => {
    const out = `${folder}/data`;
    const args = ["--out", out, "--people", "2", "--seed", "7"];
    const words = await runScript("scripts/tasks/synth.ts", args, WRITE);
    const json = await runScript(
      "scripts/tasks/synth.ts",
      [...args, "--json"],
      WRITE,
    );
    assert.deepEqual([json.code, json.stderr], [0, ""]);
    const report = JSON.parse(json.stdout);
    const { recordings, ...others } = report;
    assert.deepEqual(others, { out });
    const names = recordings.map(({ recording }: WrittenRecording) =>
      recording
    );
    const list = await Deno.readTextFile(`${out}/filelist.txt`);
    assert.deepEqual(names.sort(), list.trim().split("\n").sort());
    const events = recordings.reduce(
      (sum: number, { events }: WrittenRecording) => sum + events,
      0,
    );
    assert(words.stdout.endsWith(`: 2 recordings, ${events} events\n`));
  }));

Deno.test("slice says which file it misses", () =>
  inFolder(async (folder) => {
    const outcome = await runScript(
      "scripts/tasks/slice.ts",
      ["--data", folder],
      WRITE,
    );
    assert.deepEqual([outcome.code, outcome.stdout], [1, ""]);
    const start = `error: Cannot use "${folder}/filelist.txt": `;
    assert(outcome.stderr.startsWith(start), outcome.stderr);
    assert.match(outcome.stderr, /^[^\n]+\n$/);
  }));
