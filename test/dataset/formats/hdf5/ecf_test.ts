import assert from "node:assert/strict";
import { decodeEcf } from "../../../../dataset/formats/hdf5/ecf.ts";
import { fc } from "../../../fixtures/properties.ts";
import { type Row, rowsOf } from "../recordings.ts";

/** Ways to pack rows, columns and polarities, by the flags that tell them. */
const WAYS = { all: 2, columns: 1, masked: 0 };

/** Splits values into runs of equal ones, of 65,535 at most. */
function runsOf(values: readonly number[]): [value: number, run: number][] {
  const runs: [number, number][] = [];
  for (const value of values) {
    const last = runs.at(-1);
    if (last?.[0] === value && last[1] < 0xffff) last[1]++;
    else runs.push([value, 1]);
  }
  return runs;
}

const low = (value: number) => value % 256;
const high = (value: number) => Math.floor(value / 256);
const word = (value: number) => [low(value), high(value)];

/** Encodes events as the format's description has it. */
function encodeEcf(
  rows: readonly Row[],
  way: keyof typeof WAYS,
): DataView {
  const bytes: number[] = [];
  const head = new DataView(new ArrayBuffer(12));
  head.setUint32(0, rows.length * 4 + WAYS[way], true);
  head.setBigUint64(4, BigInt(rows[0]?.[2] ?? 0), true);
  let time = rows[0]?.[2] ?? 0;
  for (const [next, run] of runsOf(rows.map(([, , t]) => t))) {
    let step = next - time;
    if (step > 14) {
      for (; step > 0; step = Math.floor(step / 16)) {
        bytes.push(240 + step % 16);
      }
    }
    time = next;
    if (run < 15) bytes.push(step * 16 + run);
    else bytes.push(step * 16 + 15, ...word(run));
  }
  if (way === "all") {
    for (let i = 0; i < rows.length; i += 4) {
      const [a, b, c, d] = [0, 1, 2, 3].map((k) => {
        const [x, y, , p] = rows[i + k] ?? [0, 0, 0, 0];
        return y * 4096 + x * 2 + p;
      });
      for (
        const value of [
          a * 256 + low(b),
          Math.floor(b / 256) * 65536 + c % 65536,
          Math.floor(c / 65536) * 2 ** 24 + d,
        ]
      ) bytes.push(...word(value % 65536), ...word(Math.floor(value / 65536)));
    }
  } else {
    for (const [y, run] of runsOf(rows.map(([, y]) => y))) {
      if (run < 31) bytes.push(...word(y * 32 + run));
      else bytes.push(...word(y * 32 + 31), ...word(run));
    }
  }
  if (way === "columns") {
    for (let i = 0; i < rows.length; i += 4) {
      const [a, b, c, d] = [0, 1, 2, 3].map((k) => {
        const [x, , , p] = rows[i + k] ?? [0, 0, 0, 0];
        return x * 2 + p;
      });
      bytes.push(...word(a * 16 + b % 16));
      bytes.push(...word(Math.floor(b / 16) * 256 + low(c)));
      bytes.push(...word(high(c) * 4096 + d));
    }
  }
  if (way === "masked") {
    for (let i = 0; i < rows.length;) {
      const x = rows[i++][0];
      let mask = 0;
      for (let next = 1; next <= 5; next++) {
        if (rows[i]?.[0] !== x + next) continue;
        mask += 2 ** (5 - next);
        i++;
      }
      bytes.push(...word(x * 32 + mask));
    }
    for (const [p, run] of runsOf(rows.map(([, , , p]) => p))) {
      if (run < 127) bytes.push(p * 128 + run);
      else bytes.push(p * 128 + 127, ...word(run));
    }
  }
  const content = Uint8Array.from(bytes);
  const chunk = new Uint8Array(12 + content.length);
  chunk.set(new Uint8Array(head.buffer));
  chunk.set(content, 12);
  return new DataView(chunk.buffer);
}

/** Events in runs, so that each kind of run occurs. */
const events = fc.array(
  fc.record({
    step: fc.oneof(fc.nat(20), fc.nat(1e9)),
    x: fc.nat(1279),
    y: fc.nat(719),
    p: fc.nat(1),
    times: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.nat(200)),
    across: fc.boolean(),
  }),
  { maxLength: 20 },
).map((runs) => {
  let time = 2 ** 40;
  return runs.flatMap(({ step, x, y, p, times, across }): Row[] => {
    time += step;
    return Array.from(
      { length: times },
      (_, i) => [across ? (x + i) % 1280 : x, y, time, p],
    );
  });
});

for (const way of ["all", "columns", "masked"] as const) {
  Deno.test(`decodeEcf() gives what was encoded, ${way} packed`, () => {
    fc.assert(
      fc.property(events, (rows) => {
        assert.deepEqual(rowsOf(decodeEcf(encodeEcf(rows, way))), rows);
      }),
      { seed: 3 },
    );
  });

  Deno.test(`decodeEcf() refuses a chunk that is damaged, or reads it, ${way} packed`, () => {
    const rows = Array.from(
      { length: 60 },
      (_, i): Row => [i % 9, i >> 4, 20 * i, i & 1],
    );
    const { buffer } = encodeEcf(rows, way);
    const change = fc.tuple(fc.nat(buffer.byteLength - 1), fc.nat(255));
    fc.assert(
      fc.property(change, ([at, byte]) => {
        const damaged = new Uint8Array(buffer.slice(0));
        damaged[at] = byte;
        try {
          const { t } = decodeEcf(new DataView(damaged.buffer));
          assert(t.length <= 65535);
        } catch (error) {
          assert(error instanceof RangeError);
        }
      }),
      { seed: 4, numRuns: 1000 },
    );
    for (let end = 0; end < buffer.byteLength - 12; end++) {
      const cut = new DataView(buffer, 0, end);
      assert.throws(() => decodeEcf(cut), RangeError);
    }
  });
}

Deno.test("decodeEcf() has each field where the description has it", () => {
  const masked = Uint8Array.of(
    // 3 events, masked; the first at 2³² + 1 µs.
    ...[12, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0],
    // The first two now; 0x21 µs later the third.
    ...[0x02, 0xf1, 0xf2, 0x01],
    // Row 7 three times; columns 5 and 7, column 9; ON, ON, OFF.
    ...[0xe3, 0, 0xa8, 0, 0x20, 1, 0x82, 0x01],
  );
  assert.deepEqual(rowsOf(decodeEcf(new DataView(masked.buffer))), [
    [5, 7, 2 ** 32 + 1, 1],
    [7, 7, 2 ** 32 + 1, 1],
    [9, 7, 2 ** 32 + 0x22, 0],
  ]);
});

Deno.test("decodeEcf() leaves out columns of a mask beyond the events", () => {
  const rows: Row[] = [[7, 3, 1000, 1], [8, 3, 1000, 1]];
  const { buffer } = encodeEcf(rows, "masked");
  // After the head, one run of times and one of rows: bits of 8, 10 and 12.
  new DataView(buffer).setUint16(15, 7 * 32 + 0b10101, true);
  assert.deepEqual(rowsOf(decodeEcf(new DataView(buffer))), rows);
});
