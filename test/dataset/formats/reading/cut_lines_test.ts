import { deepStrictEqual, ok, rejects } from "node:assert/strict";
import { openStream } from "../../../../dataset/formats/open_stream.ts";
import { faultInWords } from "../../../../dataset/formats/reading/fault_counts.ts";
import { fc } from "../../../fixtures/properties.ts";
import { readRows } from "../recordings.ts";

const HEADING = "t,x,y,p\n";

/** Opens texts, as pieces or as datagrams. */
async function open(texts: readonly string[], datagrams = true) {
  const pieces = texts.map((text) => new TextEncoder().encode(text));
  const stream = ReadableStream.from(pieces);
  return await openStream("udp", stream, { axes: "jaer", datagrams });
}

/** Times of the events in datagrams, and words for the faults. */
async function received(texts: readonly string[]) {
  const recording = await open(texts);
  const times = (await readRows(recording)).map(([, , t]) => t);
  return { times, faults: recording.faults.map(faultInWords) };
}

const CUT = "lines cut by the loss of datagrams: 1, the first at byte ";

Deno.test("lines that go on in the next datagram are whole", async () => {
  deepStrictEqual(
    await received([
      `${HEADING}728000,2,3,1\n72`,
      "8015,12,25,1\n728",
      "020,1",
      ",2,0\n",
    ]),
    { times: [728_000, 728_015, 728_020], faults: [] },
  );
});

Deno.test("a line of which a lost datagram had columns is left out", async () => {
  deepStrictEqual(
    await received([`${HEADING}728000,2,3,1\n728`, "015,25,1\n728020,1,2,0\n"]),
    { times: [728_000, 728_020], faults: [`${CUT}21`] },
  );
  deepStrictEqual(
    await received([`${HEADING}728000,2,3,1\n`, "25,1\n728020,1,2,0\n"]),
    { times: [728_000, 728_020], faults: [`${CUT}21`] },
  );
});

Deno.test("a line that got a false time by a loss is left out", async () => {
  const first = `${HEADING}728000,2,3,1\n7280`;
  for (const time of ["5", "9000", "729000"]) {
    deepStrictEqual(
      await received([first, `${time},9,9,1\n730020,1,2,0\n`]),
      { times: [728_000, 730_020], faults: [`${CUT}21`] },
    );
  }
});

Deno.test("datagrams of whole lines may hold times out of order", async () => {
  deepStrictEqual(
    await received([`${HEADING}10,2,3,1\n30,2,3,1\n`, "20,1,2,0\n15,1,2,0\n"]),
    { times: [10, 30, 20, 15], faults: [] },
  );
});

Deno.test("a bad line within a datagram, or in a pipe, is damage", async () => {
  const bad = /byte 17: "30,1" has 2 columns, the lines above have 4/;
  await rejects(received([`${HEADING}1,2,3,1\n`, "", `2,3\n30,1\n`]), {
    name: "RecordingError",
  });
  const texts = [`${HEADING}10,2,3,1\n`, "30,1\n40,1,2,0\n"];
  await rejects(async () => await readRows(await open(texts, false)), bad);
});

Deno.test("a lost datagram costs no event but its own and its neighbours", async () => {
  const lines = Array.from(
    { length: 200 },
    (_, i) => `${7 * i * i},${i % 34},${(3 * i) % 34},${i % 2}\n`,
  );
  const text = HEADING + lines.join("");
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 50, max: 400 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (size, share) => {
        const count = Math.floor(text.length / size);
        const pieces = Array.from(
          { length: count },
          (_, i) =>
            text.slice(i * size, i === count - 1 ? undefined : (i + 1) * size),
        );
        deepStrictEqual((await received(pieces)).times.length, lines.length);
        const lost = 1 + Math.floor(share * (count - 2));
        const { times } = await received(pieces.toSpliced(lost, 1));
        ok(times.every((t) => t <= 7 * 199 * 199), `${times}`);
        const found = new Set(times);
        // The last one also has the rest of the text.
        const end = lost === count - 1 ? text.length : (lost + 1) * size;
        let at = HEADING.length;
        lines.forEach((line, i) => {
          const isFar = at + line.length < lost * size - 20 ||
            at > end + 20;
          if (isFar) ok(found.has(7 * i * i), line);
          at += line.length;
        });
      },
    ),
    { numRuns: 100 },
  );
});
