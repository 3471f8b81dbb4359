import assert from "node:assert/strict";
import {
  numberReader,
  type ValueType,
} from "../../../../dataset/formats/hdf5/columns.ts";
import {
  makeLittleEndian,
  numbersReader,
} from "../../../../dataset/formats/hdf5/numbers.ts";
import { fc } from "../../../fixtures/properties.ts";

/** A type of numbers. */
function numberType(
  kind: ValueType["kind"],
  size: number,
  signed: boolean,
): ValueType {
  const [fields, element] = [[], undefined];
  return { kind, size, signed, littleEndian: true, fields, element };
}

const TYPES = [
  ...[1, 2, 4, 8].flatMap((size) => [
    numberType("integer", size, true),
    numberType("integer", size, false),
  ]),
  ...[2, 4, 8].map((size) => numberType("float", size, true)),
];

Deno.test("numbersReader() gives the numbers of a field wherever it is in a value", () => {
  const cases = fc.record({
    type: fc.constantFrom(...TYPES),
    before: fc.nat(9),
    after: fc.nat(9),
    bytes: fc.uint8Array({ minLength: 52, maxLength: 200 }),
  });
  fc.assert(
    fc.property(cases, ({ type, before, after, bytes }) => {
      const stride = before + type.size + after;
      const count = Math.floor(bytes.length / stride);
      const values = bytes.slice(0, count * stride);
      const view = new DataView(values.buffer);
      const readOne = numberReader(type)!;
      const expected = Array.from(
        { length: count },
        (_, i) => readOne(view, before + i * stride),
      );
      const read = numbersReader({ type, offset: before, stride })!;
      assert.deepEqual([...read(values)], expected);
    }),
    { seed: 8 },
  );
});

Deno.test("makeLittleEndian() reverses the big-endian fields of a compound", () => {
  const [x, t] = [
    numberType("integer", 2, false),
    numberType("float", 4, true),
  ];
  const compound: ValueType = {
    ...numberType("compound", 7, false),
    fields: [
      { name: "t", offset: 1, type: { ...t, littleEndian: false } },
      { name: "x", offset: 5, type: x },
    ],
  };
  const bytes = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 15, 16);
  makeLittleEndian(bytes, compound);
  assert.deepEqual(
    [...bytes],
    [0, 4, 3, 2, 1, 5, 6, 10, 14, 13, 12, 11, 15, 16],
  );
});
