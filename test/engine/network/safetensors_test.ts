import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { Buffer } from "node:buffer";
import {
  ARRAYS,
  type Dtype,
  formatSafetensors,
  parseSafetensors,
  type Tensor,
  WeightsError,
} from "../../../engine/network/safetensors.ts";
import { fc } from "../../fixtures/properties.ts";

const PROPERTY = { seed: 19, numRuns: 300 };

/** A file of this header, padded to `bytes` bytes of zeros after it. */
function fileOf(header: string, bytes: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + text.length + bytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  return file;
}

function entry(shape: number[], begin: number, end: number): string {
  return JSON.stringify({ dtype: "F32", shape, data_offsets: [begin, end] });
}

const tensor: fc.Arbitrary<Tensor> = fc.tuple(
  fc.constantFrom(...Object.keys(ARRAYS) as Dtype[]),
  fc.array(fc.nat({ max: 3 }), { maxLength: 4 }),
  fc.infiniteStream(fc.nat({ max: 255 })),
).map(([dtype, shape, numbers]) => {
  const count = shape.reduce((product, size) => product * size, 1);
  const { BYTES_PER_ELEMENT } = ARRAYS[dtype];
  const bytes = new Uint8Array(count * BYTES_PER_ELEMENT);
  for (let i = 0; i < bytes.length; i++) bytes[i] = numbers.next().value;
  return { dtype, shape, data: new ARRAYS[dtype](bytes.buffer) } as Tensor;
});
const name = fc.string({ unit: "grapheme" })
  .filter((text) => text !== "__metadata__");
const tensors = fc.dictionary(name, tensor, { maxKeys: 5 });
const metadata = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 });

Deno.test("parseSafetensors() returns what formatSafetensors() was given", () => {
  fc.assert(
    fc.property(tensors, metadata, (given, text) => {
      const parsed = parseSafetensors(formatSafetensors(given, text));
      deepStrictEqual(Object.entries(parsed.metadata), Object.entries(text));
      strictEqual(parsed.tensors.size, Object.keys(given).length);
      for (const [key, value] of Object.entries(given)) {
        deepStrictEqual(parsed.tensors.get(key), value);
      }
    }),
    PROPERTY,
  );
});

Deno.test("formatSafetensors() aligns every tensor to its elements", () => {
  const bytes = formatSafetensors({
    a: { dtype: "U8", shape: [3], data: Uint8Array.of(1, 2, 3) },
    b: { dtype: "F64", shape: [], data: Float64Array.of(0.5) },
    c: { dtype: "I16", shape: [1], data: Int16Array.of(-4) },
  });
  const headerBytes = bytes[0] + 256 * bytes[1];
  strictEqual(headerBytes % 8, 0);
  const header = JSON.parse(
    new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)),
  );
  deepStrictEqual(header.b.data_offsets, [0, 8]);
  deepStrictEqual(header.c.data_offsets, [8, 10]);
  deepStrictEqual(header.a.data_offsets, [10, 13]);
});

Deno.test("parseSafetensors() reads tensors at odd offsets", () => {
  const header = `{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":${
    entry([1], 1, 5)
  }}`;
  const file = fileOf(header, 5);
  new DataView(file.buffer).setFloat32(file.length - 4, 2.5, true);
  const shifted = new Uint8Array(file.length + 1);
  shifted.set(file, 1);
  for (const bytes of [file, shifted.subarray(1)]) {
    deepStrictEqual(
      parseSafetensors(bytes).tensors.get("b")?.data,
      Float32Array.of(2.5),
    );
  }
});

Deno.test("parseSafetensors() returns tensors that own their bytes", () => {
  const data = Float32Array.of(1);
  const bytes = formatSafetensors({ w: { dtype: "F32", shape: [1], data } });
  for (const file of [bytes, Buffer.from(bytes)]) {
    const { tensors } = parseSafetensors(file);
    file.fill(0);
    deepStrictEqual(tensors.get("w")?.data, data);
    strictEqual(tensors.get("w")?.data.buffer.byteLength, 4);
  }
});

Deno.test("parseSafetensors() reads mutated bytes or throws a WeightsError", () => {
  let refused = 0;
  fc.assert(
    fc.property(
      tensors,
      metadata,
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 }),
      fc.nat({ max: 40 }),
      (given, text, changes, cut) => {
        const bytes = formatSafetensors(given, text);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        try {
          parseSafetensors(bytes.subarray(0, bytes.length - cut));
        } catch (error) {
          ok(error instanceof WeightsError, String(error));
          ok(!error.message.includes("\n"));
          refused++;
        }
      },
    ),
    PROPERTY,
  );
  ok(refused > 100);
});

const REFUSED: [string, Uint8Array, RegExp][] = [
  ["nothing at all", new Uint8Array(0), /0 bytes, the header's length/],
  ["a header beyond the end", fileOf("{}", 0).subarray(0, 9), /of 2 bytes/],
  [
    "a header of 2⁶⁴ − 1 bytes",
    new Uint8Array(100).fill(255),
    /no safetensors file/,
  ],
  [
    "a header of 2³² bytes",
    Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0x7b),
    /a header of 4294967296 bytes, at most 1 fit/,
  ],
  [
    "a header of more than 8 MiB",
    fileOf(`{"a":${"[".repeat(8 << 20)}`, 0),
    /a header of 8388613 bytes, at most 8388608 fit/,
  ],
  ["a header that is a list", fileOf("[]", 0), /does not begin with {/],
  ["a header that is cut", fileOf('{"a":', 0), /not JSON/],
  [
    "a header that is not UTF-8",
    fileOf("{}", 0).with(8, 0x7b).with(9, 0xff),
    /not JSON/,
  ],
  [
    "a name that occurs twice",
    fileOf(`{"a":${entry([1], 0, 4)},"\\u0061":${entry([1], 0, 4)}}`, 4),
    /occurs twice/,
  ],
  [
    "a tensor that is a number",
    fileOf('{"a":1}', 0),
    /weights "a": dtype undefined/,
  ],
  [
    "an unknown type",
    fileOf('{"a":{"dtype":"BF16","shape":[0],"data_offsets":[0,0]}}', 0),
    /dtype "BF16" cannot be read/,
  ],
  [
    "a type named like a method",
    fileOf('{"a":{"dtype":"toString","shape":[0],"data_offsets":[0,0]}}', 0),
    /"toString"/,
  ],
  ["a negative size", fileOf(`{"a":${entry([-1], 0, 4)}}`, 4), /shape is not/],
  [
    "a size of 2⁶⁰",
    fileOf(`{"a":${entry([2 ** 60], 0, 4)}}`, 4),
    /shape is not/,
  ],
  [
    "sizes whose product overflows",
    fileOf(`{"a":${entry([2 ** 52, 2 ** 52], 0, 4)}}`, 4),
    /bytes, not 4/,
  ],
  [
    "three offsets",
    fileOf('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}', 4),
    /not a pair/,
  ],
  [
    "offsets that run backwards",
    fileOf(`{"a":${entry([1], 4, 0)}}`, 4),
    /has 4 bytes, not -4/,
  ],
  [
    "a shape of other size than its bytes",
    fileOf(`{"a":${entry([2], 0, 4)}}`, 4),
    /\[2\] has 8 bytes, not 4/,
  ],
  [
    "a gap between tensors",
    fileOf(`{"a":${entry([1], 0, 4)},"b":${entry([1], 8, 12)}}`, 12),
    /weights "b": bytes 8 to 12, expected from 4 of 12/,
  ],
  [
    "tensors that overlap",
    fileOf(`{"a":${entry([2], 0, 8)},"b":${entry([2], 4, 12)}}`, 12),
    /weights "b": bytes 4 to 12, expected from 8/,
  ],
  [
    "a tensor beyond the end",
    fileOf(`{"a":${entry([2], 0, 8)}}`, 6),
    /weights "a": bytes 0 to 8, expected from 0 of 6/,
  ],
  [
    "bytes after the last tensor",
    fileOf(`{"a":${entry([1], 0, 4)}}`, 6),
    /no tensor for 2 bytes/,
  ],
  [
    "metadata that is not text",
    fileOf('{"__metadata__":{"epoch":1}}', 0),
    /__metadata__ is not text/,
  ],
  [
    "metadata that is null",
    fileOf('{"__metadata__":null}', 0),
    /__metadata__ is not text/,
  ],
];

for (const [what, bytes, message] of REFUSED) {
  Deno.test(`parseSafetensors() refuses ${what}`, () => {
    throws(() => parseSafetensors(bytes), { name: "WeightsError", message });
  });
}

Deno.test("WeightsError names the tensor concerned", () => {
  const bytes = fileOf(`{"conv1.weight":${entry([1], 0, 8)}}`, 8);
  throws(() => parseSafetensors(bytes), (error) => {
    ok(error instanceof WeightsError);
    strictEqual(error.tensor, "conv1.weight");
    strictEqual(
      error.message,
      'Cannot read weights "conv1.weight": F32 of [1] has 4 bytes, not 8',
    );
    return true;
  });
});

Deno.test("WeightsError shortens what it quotes", () => {
  const long = "x".repeat(100_000);
  const dtype = `{"dtype":"${long}","shape":[0],"data_offsets":[0,0]}`;
  const sizes = `[${Array(50_000).fill(1)}]`;
  const shape = `{"dtype":"F32","shape":${sizes},"data_offsets":[0,0]}`;
  for (const header of [`{"${long}":1}`, `{"a":${dtype}}`, `{"a":${shape}}`]) {
    throws(() => parseSafetensors(fileOf(header, 0)), (error) => {
      ok(error instanceof WeightsError);
      ok(error.message.length < 500 && error.problem.length < 500);
      return true;
    });
  }
});

Deno.test("formatSafetensors() refuses what it could not read again", () => {
  const data = Float32Array.of(1, 2);
  throws(
    () => formatSafetensors({}, { notes: "x".repeat(8 << 20) }),
    /^RangeError: Cannot write weights: a header of \d+ bytes, at most 8388608/,
  );
  throws(
    () => formatSafetensors({ w: { dtype: "F32", shape: [3], data } }),
    new RangeError(
      'Cannot write weights "w": [3] has 3 elements, the data 2',
    ),
  );
  throws(
    () => formatSafetensors({ w: { dtype: "F64", shape: [2], data } as never }),
    new TypeError('Cannot write weights "w": F64 is kept in Float64Array'),
  );
  throws(
    () =>
      formatSafetensors({ __metadata__: { dtype: "F32", shape: [2], data } }),
    new RangeError('Cannot write weights "__metadata__": a reserved name'),
  );
});
