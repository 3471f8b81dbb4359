import assert from "node:assert/strict";
import { davis } from "../../../../dataset/formats/aedat2/davis.ts";
import { fc } from "../../../fixtures/properties.ts";
import { concatBytes } from "../aedat_files.ts";
import {
  anyRow,
  assertRefused,
  countEvents,
  fileOf,
  readRows,
  type Row,
} from "../recordings.ts";

const header = (chip: string) =>
  "#!AER-DAT2.0\r\n# This is a raw AE data file - do not edit\r\n" +
  `# AEChip: eu.seebetter.ini.chips.davis.${chip}\r\n` +
  "#End Of ASCII Header\r\n";

/** Encodes events of a camera, by arithmetic instead of shifts. */
function encode(
  rows: readonly Row[],
  { width, height }: { width: number; height: number },
): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(8 * rows.length));
  rows.forEach(([x, y, t, p], i) => {
    const [column, row] = [width - 1 - x, height - 1 - y];
    view.setUint32(8 * i, row * 4194304 + column * 4096 + p * 2048);
    view.setUint32(8 * i + 4, t % 2 ** 32);
  });
  return new Uint8Array(view.buffer);
}

Deno.test("an address of a DAVIS has each field where the specification has it", async () => {
  const bytes = concatBytes(
    header("Davis346red"),
    // y 5 in bits 22–30, x 300 in bits 12–21, ON in bit 11.
    Uint8Array.of(0x01, 0x52, 0xc8, 0x00, 0xff, 0xff, 0xff, 0xfe),
    // The same, OFF, 4 µs later.
    Uint8Array.of(0x01, 0x52, 0xc0, 0x00, 0x00, 0x00, 0x00, 0x02),
    // A sample of the APS, one of the IMU, and a signal.
    Uint8Array.of(0x81, 0x52, 0xc1, 0xff, 0x00, 0x00, 0x00, 0x03),
    Uint8Array.of(0x81, 0x52, 0xcd, 0xff, 0x00, 0x00, 0x00, 0x03),
    Uint8Array.of(0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x03),
    // x 346.
    Uint8Array.of(0x01, 0x55, 0xa8, 0x00, 0x00, 0x00, 0x00, 0x05),
  );
  assert(davis.matches(bytes));
  const recording = await davis.open(fileOf(bytes));
  assert.deepEqual(recording.sensor, { width: 346, height: 260 });
  assert.deepEqual(await readRows(recording), [
    [45, 254, 0xfffffffe, 1],
    [45, 254, 0x100000002, 0],
  ]);
  const first = header("Davis346red").length + 16;
  assert.deepEqual(recording.faults, [
    {
      problem: "samples of the APS and the IMU, which are left out",
      count: 2,
      offset: first,
    },
    {
      problem: "signals at the synchronisation input, which are left out",
      count: 1,
      offset: first + 16,
    },
    { problem: "events outside the sensor", count: 1, offset: first + 24 },
  ]);
});

Deno.test("AEDAT 2.0 of a DAVIS reads what was encoded, times above 32 bits too", async () => {
  for (
    const [chip, width, height] of [
      ["DAVIS240C", 240, 180],
      ["Davis346mini", 346, 260],
    ] as const
  ) {
    const row = anyRow({ width, height, time: 2 ** 31 - 1 });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 99 }), async (steps) => {
        let time = 0;
        const rows = steps.map(([x, y, step, p], i): Row => {
          time += i === 0 ? 2 * step : step;
          return [x, y, time, p];
        });
        const bytes = concatBytes(
          header(chip),
          encode(rows, { width, height }),
        );
        const recording = await davis.open(fileOf(bytes));
        assert.deepEqual(recording.sensor, { width, height });
        assert.deepEqual(await readRows(recording), rows);
        assert.deepEqual(await readRows(recording), rows);
      }),
      { seed: 12, numRuns: 50 },
    );
  }
});

Deno.test("AEDAT 2.0 of a DAVIS goes on over buffers", async () => {
  const sensor = { width: 240, height: 180 };
  const rows = Array.from(
    { length: 200_000 },
    (_, i): Row => [i % 240, i % 180, 5 * i, i % 2],
  );
  const bytes = concatBytes(header("Davis240C"), encode(rows, sensor));
  assert.deepEqual(await readRows(await davis.open(fileOf(bytes))), rows);
});

Deno.test("AEDAT 2.0 of another camera is not taken for a DAVIS's", async () => {
  const dvs128 = concatBytes("#!AER-DAT2.0\r\n# AEChip: DVS128\r\n");
  assert(!davis.matches(dvs128));
  assert(!davis.matches(concatBytes("# AEChip: Davis346red\r\n")));
  await assertRefused(() => countEvents(davis, fileOf(dvs128)), {
    problem: 'it is AEDAT 2.0 of "DVS128", not AEDAT 2.0 of a DAVIS240 or ' +
      "DAVIS346",
    offset: 0,
  });
});
