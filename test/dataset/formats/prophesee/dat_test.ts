import assert from "node:assert/strict";
import { PROPHESEE_DAT } from "../../../../dataset/formats/prophesee/dat.ts";
import { fc } from "../../../fixtures/properties.ts";
import {
  cameraRows,
  fileOf,
  readRows,
  refused,
  type Row,
  words,
} from "../recording_files.ts";

const HEADER = "% Data file containing CD events\n% Version 2\n" +
  "% Width 304\n% Height 240\n";

Deno.test("DAT: every field of an event is where the specification has it", async () => {
  const { rows, faults } = await readRows(
    PROPHESEE_DAT,
    fileOf("% Version 2\n", [
      ...[12, 8],
      ...[0x00, 0x00, 0x00, 0x80, 0x01, 0x80, 0x00, 0x10], // x 1, y 2, ON
      ...[0x05, 0x00, 0x00, 0x80, 0xff, 0xff, 0xff, 0x0f], // the last pixel, OFF
      ...[0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00], // the clock has looped
    ]),
  );
  assert.deepEqual(
    rows,
    [
      [1, 2, 2 ** 31, 1],
      [16383, 16383, 2 ** 31 + 5, 0],
      [0, 0, 2 ** 32 + 4, 0],
    ],
  );
  assert.deepEqual(faults, []);
});

Deno.test("DAT reads what was encoded, also where its clock loops", async () => {
  const encode = (rows: readonly Row[]) =>
    words(
      8,
      rows.map(([x, y, t, p]) =>
        (BigInt(p) << 28n | BigInt(y) << 14n | BigInt(x)) << 32n |
        BigInt(t) & 0xffffffffn
      ),
    );
  const steps = fc.oneof(fc.nat(50), fc.nat(2 ** 31 - 1));
  await fc.assert(
    fc.asyncProperty(
      cameraRows({ width: 304, height: 240, steps }),
      async (rows) => {
        const file = fileOf(HEADER, [0, 8], encode(rows));
        const { rows: found } = await readRows(PROPHESEE_DAT, file);
        assert.deepEqual(found, rows);
      },
    ),
    { seed: 62 },
  );
});

Deno.test("DAT counts events outside its sensor", async () => {
  const event = [0, 0, 0, 0, 48, 1, 0, 0]; // x 304
  const file = fileOf(HEADER, [0, 8, ...event, ...event]);
  assert.deepEqual((await readRows(PROPHESEE_DAT, file)).faults, [{
    problem: "events outside the sensor",
    count: 2,
    offset: HEADER.length + 2,
  }]);
});

Deno.test("DAT refuses other versions, other events and a last event cut off", async () => {
  const start = HEADER.length;
  await refused(
    PROPHESEE_DAT,
    fileOf("% Version 1\n", [0, 8]),
    'it is DAT "1", only 2 can be read',
  );
  await refused(
    PROPHESEE_DAT,
    fileOf(HEADER, [14, 8]),
    `byte ${start}: its events have type 14 and 8 bytes, only types 0 and 12 ` +
      "of 8 can be read",
  );
  await refused(
    PROPHESEE_DAT,
    fileOf(HEADER, [0]),
    `byte ${start + 1}: the file ends before the type and size of its events`,
  );
  await refused(
    PROPHESEE_DAT,
    fileOf(HEADER, [0, 8, 1, 2, 3]),
    `byte ${start + 2} of ${start + 5}: an event has 8 bytes, 3 are left`,
  );
});
