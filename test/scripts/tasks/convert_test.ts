import assert from "node:assert/strict";
import { join } from "node:path";
import { runTask } from "../../fixtures/run_task.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);

/** Paths of files in the folder, those with a content written first. */
async function pathsOf(...files: (string | [name: string, content: string])[]) {
  return await Promise.all(files.map(async (file) => {
    const [name, content] = typeof file === "string" ? [file] : file;
    const path = join(folder.path, name);
    if (content !== undefined) await Deno.writeTextFile(path, content);
    return path;
  }));
}

Deno.test("convert says that a recording is no network, and a network no recording", async () => {
  const [csv, nir] = await pathsOf(["one.csv", "t,x,y,p\n1,5,7,1\n"], "a.nir");
  assert.deepEqual(await runTask("convert", [csv, nir]), {
    code: 1,
    stdout: "",
    stderr: `error: Cannot write "${nir}": its name is that of a network, ` +
      `and "${csv}" is a recording, which can become .aedat, .aedat4, .raw, ` +
      ".bin, .bs1, .bs2, .bs3, .csv, .npy, .npz\n",
  });
  const back = await runTask("convert", [nir, csv]);
  assert.match(back.stderr, /a.nir" is a network, which can become .nir, /);
});

Deno.test("convert says that a recording has no event", async () => {
  const [csv, npy, again] = await pathsOf(
    ["empty.csv", "t,x,y,p\n"],
    "empty.npy",
    "again.npy",
  );
  assert.deepEqual(await runTask("convert", [csv, npy]), {
    code: 0,
    stdout: `${npy}: 128 bytes without an event, from text, columns t x y p, ` +
      "time in µs, as guessed\n",
    stderr: "",
  });
  const { stdout } = await runTask("convert", [csv, again, "--json"]);
  assert.equal(JSON.parse(stdout).events, 0);
});

Deno.test("inspect prints what a recording of any camera holds", async () => {
  const lines = Array.from({ length: 2000 }, (_, i) => `${i},5,7,${i % 2}\n`);
  const text = `t_ms,x,y,p\n0,70000,0,1\n0,640,480,1\n${lines.join("")}`;
  const [path, csv, none] = await pathsOf(
    ["sensor.csv", `200 100\n${text}`],
    ["a.csv", text.replace("0,70000,0,1\n", "")],
    ["none.csv", "t,x,y,p\n"],
  );
  const words = await runTask("inspect", [csv]);
  assert.deepEqual(words, {
    code: 0,
    stderr: "",
    stdout: `format          text, columns t x y p, time in ms
sensor          not told, likely 641×481
events          2001
duration        2 s
first event     0 µs
last event      1999000 µs
event rate      1001 events/s
highest x       640
highest y       480
ON events       50.0 %
hot pixels      1 above 500 events/s
backward steps  0
faults          none
train with      deno task train --data FOLDER, which has a folder for each class
`,
  });
  const json = await runTask("inspect", [path, "--json"]);
  const { faults, sensor, ...others } = JSON.parse(json.stdout);
  assert.deepEqual(sensor, { width: 200, height: 100 });
  assert.deepEqual(faults, [
    { problem: "events outside the sensor", count: 2, offset: 19 },
  ]);
  assert.deepEqual(others, {
    format: "text, columns t x y p, time in ms",
    events: 2000,
    firstUs: 0,
    lastUs: 1999000,
    durationUs: 1999000,
    eventRate: 2000 * 1e6 / 1999000,
    xMax: 5,
    yMax: 7,
    on: 1000,
    off: 1000,
    onShare: 0.5,
    hotPixels: 1,
    backwardSteps: 0,
    problems: [],
  });
  const empty = await runTask("inspect", [none, "--json"]);
  const { events, firstUs, eventRate, onShare } = JSON.parse(empty.stdout);
  assert.deepEqual([events, firstUs, eventRate, onShare], [
    0,
    null,
    null,
    null,
  ]);
});

Deno.test("convert writes what it read, and says so", async () => {
  const [source, raw, back] = await pathsOf(
    ["source.txt", "100 5 7 1\n200 6 7 0\n"],
    "there.raw",
    "back.csv",
  );
  const there = await runTask("convert", [source, raw, "--time-unit", "ms"]);
  assert.deepEqual([there.code, there.stderr], [0, ""]);
  assert.equal(
    there.stdout,
    `${raw}: 30 bytes, from text, columns t x y p as guessed, time in ms\n`,
  );
  const json = await runTask("convert", [raw, back, "--json"]);
  assert.deepEqual(JSON.parse(json.stdout), {
    format: "Prophesee RAW, EVT 3.0",
    faults: [],
    output: back,
    events: 2,
    bytes: 37,
    notes: [],
  });
  assert.equal(
    await Deno.readTextFile(back),
    "t_us,x,y,p\n100000,5,7,1\n200000,6,7,0\n",
  );
});

Deno.test("convert writes the likely sensor, and says that it is guessed", async () => {
  const [source, target] = await pathsOf(
    ["vga.csv", "t,x,y,p\n100,631,7,1\n200,6,470,0\n"],
    "vga.aedat4",
  );
  const { code, stdout } = await runTask("convert", [source, target]);
  assert.equal(code, 0);
  assert.equal(
    stdout.split("\n")[1],
    "its sensor is not told: 640×480 is written, guessed from its events",
  );
  const { stdout: found } = await runTask("inspect", [target, "--json"]);
  assert.deepEqual(JSON.parse(found).sensor, { width: 640, height: 480 });
  const again = `${target}.aedat4`;
  const { stdout: told } = await runTask("convert", [target, again]);
  assert.equal(told.trimEnd().split("\n").length, 1);
});

Deno.test("inspect says what a recording with a stray event most likely is", async () => {
  const lines = Array.from(
    { length: 1000 },
    (_, i) => `${i},${i % 127},${i % 125},${i % 2}\n`,
  );
  const stray = "999999,60000,1,1\n";
  const [path] = await pathsOf(
    ["stray.csv", `t_ms,x,y,p\n${stray}${lines.join("")}`],
  );
  const { stdout } = await runTask("inspect", [path]);
  for (
    const line of [
      "sensor          not told, likely 128×128",
      "events          1001",
      "duration        1 s",
      "highest x       126",
      "faults          events outside the 127×125 pixels of all others, up to " +
      "coordinate 60000: 1",
    ]
  ) assert(stdout.includes(`\n${line}\n`), stdout);
});

Deno.test("convert says what it left out", async () => {
  const [source, out] = await pathsOf(
    ["small.txt", "6 8\n100 5 7 1\n200 6 7 0\n"],
    "small.csv",
  );
  const { stdout } = await runTask("convert", [source, out]);
  const problem = "events outside the sensor: 1, the first at byte 14";
  assert(stdout.endsWith(`\nleft out: ${problem}\n`), stdout);
});

Deno.test("convert says that AEDAT 2.0 keeps Unix times modulo its clock", async () => {
  const [source, out, again, late] = await pathsOf(
    ["unix.csv", "t_us,x,y,p\n1600000000123692,5,7,1\n"],
    "unix.aedat",
    "again.aedat",
    ["late.csv", "t_us,x,y,p\n4294967295,5,7,1\n4294967297,5,7,0\n"],
  );
  const note = "times are kept modulo 2^32 µs, which shifts all of them " +
    "alike: the first event, at 1600000000123692 µs, is at 128312108 µs";
  const { stdout } = await runTask("convert", [source, out]);
  assert(stdout.endsWith(`µs\n${note}\n`), stdout);
  const inspected = await runTask("inspect", [out, "--json"]);
  assert.equal(JSON.parse(inspected.stdout).events, 1);
  // Readers know of a clock that loops after the first event.
  const json = await runTask("convert", [late, again, "--json"]);
  assert.deepEqual(JSON.parse(json.stdout).notes, []);
});

Deno.test("convert replaces no file, and leaves none that is not whole", async () => {
  const [source, large, kept, none, other] = await pathsOf(
    ["good.csv", "t,x,y,p\n1,5,7,1\n"],
    ["large.csv", "t,x,y,p\n1,5,7,1\n1,500,7,1\n"],
    ["kept.csv", "kept"],
    "none.aedat",
    "other.doc",
  );
  const cases: [string[], string][] = [
    [[source, kept], `Cannot write "${kept}": it is there already`],
    [
      [large, none],
      "Cannot write AEDAT 2.0 of a DVS128: pixel (500, 7) is outside 128×128",
    ],
    [
      [source, other],
      `Cannot write "${other}": its name does not end in .aedat, .aedat4, .raw, ` +
      ".bin, .bs1, .bs2, .bs3, .csv, .npy, .npz",
    ],
    [
      [join(folder.path, "missing.csv"), none],
      `Cannot read recording "${join(folder.path, "missing.csv")}": there is ` +
      "no such file or folder",
    ],
  ];
  for (const [args, problem] of cases) {
    assert.deepEqual(await runTask("convert", args), {
      code: 1,
      stdout: "",
      stderr: `error: ${problem}\n`,
    });
  }
  assert.equal(await Deno.readTextFile(kept), "kept");
  await assert.rejects(Deno.stat(none), Deno.errors.NotFound);
  await assert.rejects(Deno.stat(other), Deno.errors.NotFound);
});
