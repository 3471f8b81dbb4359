import {
  deepStrictEqual,
  match,
  rejects,
  strictEqual,
} from "node:assert/strict";
import type { RecordingError } from "../../../../dataset/files/errors.ts";
import { openRecording } from "../../../../dataset/formats/open_recording.ts";
import { openStream } from "../../../../dataset/formats/open_stream.ts";
import { encodeRecording } from "../../../../dataset/formats/writing/encode_recording.ts";
import { fc } from "../../../fixtures/properties.ts";
import { blockOf, readRows, type Row } from "../recordings.ts";

const ROWS: Row[] = Array.from({ length: 300 }, (_, i) => [
  (7 * i) % 128,
  (11 * i) % 128,
  4_294_900_000 + 700 * i,
  i % 3 === 0 ? 1 : 0,
]);

/** The bytes of a recording in a format that is written. */
async function bytesOf(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const parts = await Array.fromAsync(encodeRecording({
    format: "rows",
    sensor: { width: 128, height: 128 },
    faults: [],
    async *blocks() {
      yield await Promise.resolve(blockOf(ROWS));
    },
  }, name));
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** EVT 2.0: a word of time, then events of 64 µs. */
function evt2(): Uint8Array<ArrayBuffer> {
  const header = new TextEncoder().encode(
    "% evt 2.0\n% geometry 128x128\n% end\n",
  );
  const words = Uint32Array.from(
    [0, 1, 2, 3, 4, 5],
    (i) =>
      i % 2 === 0
        ? (8 << 28 | i) >>> 0
        : (1 << 28 | i << 22 | (20 + i) << 11 | 30 + i) >>> 0,
  );
  return Uint8Array.of(...header, ...new Uint8Array(words.buffer));
}

/** A stream of bytes, cut at some places. */
function cut(bytes: Uint8Array, places: readonly number[]) {
  const ends = [...places, bytes.length].sort((a, b) => a - b);
  return ReadableStream.from(
    ends.map((end, i) => bytes.slice(ends[i - 1] ?? 0, end)),
  );
}

for (const name of ["a.aedat", "a.raw", "a.csv", "evt2.raw"]) {
  Deno.test(`openStream() reads ${name} as it comes, cut anywhere`, async () => {
    const bytes = name === "evt2.raw" ? evt2() : await bytesOf(name);
    const whole = await openRecording(new File([bytes], name));
    const expected = await readRows(whole);
    strictEqual(expected.length, name === "evt2.raw" ? 3 : ROWS.length);
    const places = fc.array(fc.nat({ max: bytes.length }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(places, async (places) => {
        const recording = await openStream("camera", cut(bytes, places));
        deepStrictEqual(recording.sensor, whole.sensor);
        deepStrictEqual(await readRows(recording), expected);
      }),
      { numRuns: 30 },
    );
    // Byte by byte.
    const recording = await openStream(
      "camera",
      cut(bytes, [...bytes.keys()]),
    );
    deepStrictEqual(await readRows(recording), expected);
  });
}

Deno.test("openStream() hands on what has come while more is to come", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const send = (text: string) => writer.write(new TextEncoder().encode(text));
  const sent = send("t_ms,x,y,p\n1,5,7,1\n2,6");
  const recording = await openStream("camera", readable);
  const blocks = recording.blocks();
  deepStrictEqual((await blocks.next()).value?.t, Float64Array.of(1000));
  await sent;
  const more = send(",8,0\n");
  deepStrictEqual((await blocks.next()).value?.x, Uint16Array.of(6));
  await more;
  await writer.close();
  strictEqual((await blocks.next()).done, true);
});

Deno.test("openStream() keeps the axes of SLAYER's programs where asked", async () => {
  const header = new TextEncoder().encode("#!AER-DAT2.0\r\n");
  const event = [0, 0, 0x05, 0x0f, 0, 0, 0, 9];
  const bytes = Uint8Array.of(...header, ...event);
  const open = (axes: "reference" | "jaer") =>
    openStream("camera", cut(bytes, [3, 16]), { axes });
  deepStrictEqual(await readRows(await open("reference")), [[5, 7, 9, 1]]);
  deepStrictEqual(await readRows(await open("jaer")), [[120, 122, 9, 0]]);
});

Deno.test("openStream() refuses in a line what it cannot read", async () => {
  const text = (words: string) => new TextEncoder().encode(words);
  const refused: [Uint8Array, RegExp][] = [
    [
      Uint8Array.of(),
      /^RecordingError: Cannot read recording "tcp": it is empty$/,
    ],
    [text("1,2,3\n"), /"tcp": its columns cannot be told apart/],
    [text("no events\n"), /"tcp": byte 0: "no events" is no line of numbers/],
    [Uint8Array.of(0, 1, 2, 3, 10, 4), /"tcp": it has none of the formats/],
    [text("% evt 4.0\n% end\nabcd"), /"tcp": its encoding is "EVT4", only/],
    [
      Uint8Array.of(...text("#!AER-DAT2.0\n"), ...new Array(3).fill(0)),
      /"tcp": byte 13 of 16: an event has 8 bytes, 3 are left/,
    ],
    [
      Uint8Array.of(...text("#!AER-DAT2.0\n"), ...[0, 1, 0, 0, 0, 0, 0, 0]),
      /"tcp": byte 13: its address is not a DVS128's/,
    ],
    [
      text("t,x,y,p\n1,2,3,1\n4,5\n"),
      /"tcp": byte 16: "4,5" has 2 columns, the lines above have 4/,
    ],
  ];
  for (const [bytes, message] of refused) {
    await rejects(async () => {
      const recording = await openStream("tcp", cut(bytes, []));
      await readRows(recording);
    }, message);
  }
});

Deno.test("openStream() counts a last line that is cut off, and keeps the others", async () => {
  const text = "x,y,t,p\n1,2,1000,1\n3,4,20";
  const recording = await openStream("camera", new Blob([text]).stream());
  deepStrictEqual(await readRows(recording), [[1, 2, 1000, 1]]);
  deepStrictEqual(recording.faults, [
    { problem: "the last line, which is cut off", count: 1, offset: 19 },
  ]);
});

Deno.test("openStream() says of damage that a datagram may have been lost", async () => {
  const bytes = await bytesOf("a.aedat");
  const pieces = [bytes.slice(0, 500), bytes.slice(1009)];
  const problems: string[] = [];
  for (const datagrams of [true, false]) {
    const stream = ReadableStream.from(pieces);
    const options = { axes: "jaer", datagrams } as const;
    const recording = await openStream("camera", stream, options);
    await rejects(readRows(recording), ({ problem }: RecordingError) => {
      problems.push(problem);
      return true;
    });
  }
  const [lossy, damaged] = problems;
  match(damaged, /^byte \d+: its address is not a DVS128's$/);
  strictEqual(lossy, `${damaged}; a datagram before it may have been lost`);
});
