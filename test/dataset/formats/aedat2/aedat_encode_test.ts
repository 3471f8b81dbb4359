import assert from "node:assert/strict";
import { readAedat } from "../../../../dataset/formats/aedat2/aedat.ts";
import { encodeAedat } from "../../../../dataset/formats/aedat2/aedat_encode.ts";
import { allocateEvents, type Events } from "../../../../dataset/events.ts";
import { concatBytes, withFile } from "../aedat_files.ts";
import { fc } from "../../../fixtures/properties.ts";

/** An event with some of its fields changed. */
function oneEvent(fields: { x?: number; y?: number; p?: number } = {}): Events {
  return {
    x: Uint16Array.of(fields.x ?? 5),
    y: Uint16Array.of(fields.y ?? 7),
    t: Uint32Array.of(0x80000001),
    p: Uint8Array.of(fields.p ?? 1),
  };
}

Deno.test("encodeAedat() and readAedat() are inverse", async () => {
  const row = fc.tuple(
    fc.nat(127),
    fc.nat(127),
    fc.nat(0xffffffff),
    fc.nat(1),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(row), async (rows) => {
      const events: Events = {
        x: Uint16Array.from(rows, ([x]) => x),
        y: Uint16Array.from(rows, ([, y]) => y),
        t: Uint32Array.from(rows, ([, , t]) => t),
        p: Uint8Array.from(rows, ([, , , p]) => p),
      };
      const chunks = await withFile(
        concatBytes(...encodeAedat(events)),
        (path) => Array.fromAsync(readAedat(path)),
      );
      assert.deepEqual(
        chunks.flatMap(({ x, y, t, p }) =>
          Array.from(t, (time, i) => [x[i], y[i], time, p[i]])
        ),
        rows,
      );
    }),
    { seed: 20 },
  );
});

Deno.test("encodeAedat() writes more than one piece", () => {
  const events = allocateEvents(300_000);
  events.t.forEach((_, i) => events.t[i] = i);
  const pieces = [...encodeAedat(events)];
  assert.deepEqual(
    pieces.slice(1).map(({ length }) => length),
    [1 << 20, 1 << 20, 8 * 300_000 - (2 << 20)],
  );
  const body = new DataView(concatBytes(...pieces.slice(1)).buffer);
  for (const i of [0, 131_071, 131_072, 299_999]) {
    assert.equal(body.getUint32(8 * i + 4), i);
  }
});

Deno.test("encodeAedat() writes a file byte for byte as jAER does", () => {
  const pieces = encodeAedat(oneEvent(), {
    start: new Date("2019-06-01T09:08:07Z"),
  });
  assert.deepEqual(
    concatBytes(...pieces),
    concatBytes(
      "#!AER-DAT2.0\r\n",
      "# This is a raw AE data file - do not edit\r\n",
      "# Data format is int32 address, int32 timestamp (8 bytes total), " +
        "repeated for each event\r\n",
      "# Timestamps tick is 1 us\r\n",
      "# created Sat Jun 01 09:08:07 UTC 2019\r\n",
      "# AEChip: ch.unizh.ini.jaer.chip.retina.DVS128\r\n",
      "#End Of ASCII Header\r\n",
      Uint8Array.of(0, 0, 5, 15, 0x80, 0, 0, 1),
    ),
  );
});

Deno.test("encodeAedat() writes no date without a start", () => {
  const [header] = encodeAedat(oneEvent());
  assert.ok(!new TextDecoder().decode(header).includes("created"));
});

Deno.test("encodeAedat() refuses events that a DVS128 cannot record", () => {
  for (
    const [fields, named] of [
      [{ x: 128 }, "x 128, y 7, p 1"],
      [{ y: 200 }, "x 5, y 200, p 1"],
      [{ p: 2 }, "x 5, y 7, p 2"],
    ] as const
  ) {
    assert.throws(
      () => [...encodeAedat(oneEvent(fields))],
      new RangeError(
        `Cannot encode event 0: ${named} is not an event of a DVS128`,
      ),
    );
  }
});

Deno.test("encodeAedat() refuses columns of different lengths", () => {
  assert.throws(
    () => [...encodeAedat({ ...oneEvent(), y: new Uint16Array(2) })],
    new RangeError(
      "Cannot encode events: x, y, t and p have 1, 2, 1 and 1 elements",
    ),
  );
});
