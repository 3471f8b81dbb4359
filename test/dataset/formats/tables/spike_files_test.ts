import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readNmnist } from "../../../../dataset/formats/nmnist.ts";
import { SPIKE_FILES } from "../../../../dataset/formats/tables/spike_files.ts";
import { ROOT } from "../../../fixtures/source_files.ts";
import { fileOf, refused, rowsOf } from "../recording_files.ts";

async function read(ending: string, bytes: number[]) {
  const recording = await SPIKE_FILES[ending].open(fileOf(bytes));
  return { rows: await rowsOf(recording), faults: recording.faults };
}

Deno.test("every field of a spike file is where its layout has it", async () => {
  assert.deepEqual(
    await read(".bs1", [0x12, 0x34, 0xff, 0xff, 0xff, 0, 1, 0, 0, 2]),
    { rows: [[0x1234, 0, 0x7fffff, 1], [1, 0, 2, 0]], faults: [] },
  );
  assert.deepEqual(
    await read(".bs2", [200, 240, 0x81, 0x02, 0x03, 0, 1, 0, 0, 2]),
    { rows: [[200, 240, 0x010203, 1], [0, 1, 2, 0]], faults: [] },
  );
  assert.deepEqual(
    await read(".bs3", [
      ...[0xab, 0xcd, 0xef, 1, 0xff, 0x02, 0x03],
      ...[0, 0, 0, 2, 0, 0, 0],
      ...[0, 0x10, 0, 0, 0, 0, 4],
    ]),
    {
      rows: [[0xabc, 0xdef, 0xff0203, 1], [1, 0, 4, 0]],
      faults: [{ problem: "events of channels above 1", count: 1, offset: 7 }],
    },
  );
});

Deno.test("a row of 240 in a .bin adds 8192 µs to all times after it", async () => {
  const { rows, faults } = await read(".bin", [
    ...[303, 239, 0x80, 0, 9].map((byte) => byte & 0xff),
    ...[0, 240, 0, 0, 0],
    ...[0, 240, 0, 0, 0],
    ...[1, 2, 0x00, 0x1f, 0xff],
  ]);
  assert.deepEqual(rows, [[47, 239, 9, 1], [1, 2, 16384 + 8191, 0]]);
  assert.deepEqual(faults, []);
});

Deno.test("numbers of spikes are spread evenly over their time", async () => {
  const { rows, faults } = await read(".bsn", [
    ...[0, 7, 0, 0, 100, 0, 0, 200, 0, 4],
    ...[1, 0, 0, 0, 0, 0, 0, 9, 0, 0],
    ...[0, 9, 0, 0, 9, 0, 0, 8, 0, 1],
    ...[0, 8, 0, 0, 5, 0, 0, 5, 0, 2],
  ]);
  assert.deepEqual(rows, [
    ...[[7, 0, 100, 1], [7, 0, 125, 1], [7, 0, 150, 1], [7, 0, 175, 1]],
    ...[[8, 0, 5, 1], [8, 0, 5, 1]],
  ]);
  const problem = "numbers of spikes that end before they start";
  assert.deepEqual(faults, [{ problem, count: 1, offset: 20 }]);
});

Deno.test("numbers of spikes fill blocks that do not grow with them", async () => {
  const most = [0, 7, 0, 0, 0, 255, 255, 255, 255, 255];
  const recording = await SPIKE_FILES[".bsn"].open(
    fileOf(new Array(9).fill(most).flat()),
  );
  let spikes = 0;
  for await (const { t } of recording.blocks()) {
    assert(t.length <= 1 << 17);
    spikes += t.length;
  }
  assert.equal(spikes, 9 * 65535);
});

Deno.test("a spike file that ends inside an event is refused if its times are none", async () => {
  const text = "It ends inside an event, and is the text of a letter. ".repeat(
    9,
  );
  for (
    const [ending, bytes] of [[".bin", 5], [".bs3", 7], [".bsn", 10]] as const
  ) {
    const size = 40 * bytes + 2;
    await refused(
      SPIKE_FILES[ending],
      fileOf(text.slice(0, size)),
      `byte ${size - 2} of ${size}: an event has ${bytes} bytes, 2 are left`,
    );
  }
});

const data = Deno.env.get("SLAYER_DATA") ?? join(ROOT, "..", "shared", "data");
const digits = join(data, "nmnist_small");
if (existsSync(digits)) {
  Deno.test("real digits read as they do for training", async () => {
    for (const name of ["1.bs2", "10.bs2", "100.bs2"]) {
      const { x, y, t, p } = await readNmnist(join(digits, name));
      const rows = Array.from(t, (time, i) => [x[i], y[i], time, p[i]]);
      for (const ending of [".bs2", ".bin"]) {
        const recording = await SPIKE_FILES[ending].open(join(digits, name));
        assert.deepEqual(await rowsOf(recording), rows);
      }
    }
  });
}
