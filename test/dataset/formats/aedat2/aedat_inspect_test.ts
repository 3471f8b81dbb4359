import assert from "node:assert/strict";
import { inspectAedat } from "../../../../dataset/formats/aedat2/aedat.ts";
import { concatBytes, records, withFile } from "../aedat_files.ts";

const VERSION_1 = "#!AER-DAT1.0\r\n";
const VERSION_2 = "#!AER-DAT2.0\r\n";

Deno.test("inspectAedat() summarizes a recording", async () => {
  const address = (x: number, y: number, p: number) => x << 8 | y << 1 | p;
  const bytes = concatBytes(
    VERSION_2,
    records([
      [0x8000, 5],
      [address(3, 90, 1), 4294967000],
      [address(100, 20, 0), 4294967290],
      [0x8001, 6],
      [address(50, 50, 1), 10],
      [address(50, 50, 1), 4],
    ], 8),
  );
  const summary = {
    version: "2.0" as const,
    events: 4,
    durationUs: 306,
    xMin: 3,
    xMax: 100,
    yMin: 20,
    yMax: 90,
    on: 3,
    off: 1,
    special: 2,
    backwardSteps: 1,
    faults: [],
  };
  await withFile(bytes, async (path) => {
    assert.deepEqual(await inspectAedat(path), summary);
    assert.deepEqual(await inspectAedat(path, { axes: "jaer" }), {
      ...summary,
      xMin: 37,
      xMax: 107,
      yMin: 3,
      yMax: 100,
      on: 1,
      off: 3,
    });
  });
});

Deno.test("inspectAedat() gives the whole duration if times run backwards", async () => {
  const times = [500, 900, 100, 200, 200, 50];
  const pairs = times.map((t): [number, number] => [0, t]);
  const bytes = concatBytes(VERSION_1, records(pairs, 6));
  const { durationUs, backwardSteps, version } = await withFile(
    bytes,
    (path) => inspectAedat(path),
  );
  assert.deepEqual(
    { durationUs, backwardSteps, version },
    { durationUs: 850, backwardSteps: 2, version: "1.0" },
  );
});

Deno.test("inspectAedat() compares times across chunks", async () => {
  const count = 3 * (1 << 20) / 8;
  const pairs = Array.from(
    { length: count },
    (_, i): [number, number] => [i === 0 ? 0x8000 : 0, count - i],
  );
  const bytes = concatBytes(VERSION_2, records(pairs, 8));
  const summary = await withFile(bytes, (path) => inspectAedat(path));
  assert.equal(summary.backwardSteps, count - 2);
  assert.equal(summary.durationUs, count - 2);
});

Deno.test("inspectAedat() has no bounds without events", async () => {
  const summary = await withFile(
    concatBytes(VERSION_2, "# nothing follows\r\n"),
    (path) => inspectAedat(path),
  );
  assert.deepEqual(summary, {
    version: "2.0",
    events: 0,
    durationUs: 0,
    xMin: null,
    xMax: null,
    yMin: null,
    yMax: null,
    on: 0,
    off: 0,
    special: 0,
    backwardSteps: 0,
    faults: [],
  });
});
