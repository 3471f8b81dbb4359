import assert from "node:assert/strict";
import { deflateRawSync } from "node:zlib";
import { RecordingError } from "../../dataset/files/errors.ts";
import { openRecording } from "../../dataset/formats/open_recording.ts";
import { encodeRecording } from "../../dataset/formats/writing/encode_recording.ts";
import { concatBytes } from "../dataset/formats/aedat_files.ts";
import { words } from "../dataset/formats/recording_files.ts";
import { fuzzTest } from "./fuzz.ts";
import { mutated } from "./mutations.ts";

/** Events of one pixel after another, as text. */
const TEXT = Array.from(
  { length: 60 },
  (_, i) => `${9 * i},${i % 8},${i % 5},1`,
)
  .join("\n");

const CSV = new File([`t,x,y,p\n${TEXT}`], "a.csv");

/** The same events in another format. */
async function written(ending: string): Promise<Uint8Array> {
  const recording = await openRecording(CSV);
  const pieces = encodeRecording(recording, `a${ending}`);
  return concatBytes(...await Array.fromAsync(pieces));
}

/** Events as numbers: x, y, t, p. */
const VALUES = Array.from({ length: 20 }, (_, i) => [i % 8, i % 5, 9 * i, 1])
  .flat();

/** A NumPy file of 20 events. */
const npy = (descr: string, bytes: ArrayBuffer) => {
  const header = `{'descr': ${descr}, 'fortran_order': False, ` +
    "'shape': (20, 4), }\n";
  return concatBytes(
    Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0),
    header,
    new Uint8Array(bytes),
  );
};

/** A NumPy file of a structured array. */
const FIELDS = concatBytes(
  Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 113, 0),
  "{'descr': [('x', '<u2'), ('y', '<u2'), ('t', '<i8'), ('p', '|b1')], " +
    "'fortran_order': False, 'shape': (20,)     }\n",
  new Uint8Array(20 * 13),
);

/** An archive of one array, deflated. */
function deflated(): Uint8Array {
  const content = npy("'<u2'", Uint16Array.from(VALUES).buffer);
  const packed = deflateRawSync(content);
  const [size, bytes] = [packed.length, content.length];
  const same = concatBytes(
    words(2, [20n, 0n, 8n, 0n, 0n]),
    words(4, [0n, BigInt(size), BigInt(bytes)]),
    words(2, [5n, 0n]),
  );
  const start = 35 + size;
  return concatBytes(
    ...["PK\u0003\u0004", same, "a.npy", packed],
    ...["PK\u0001\u0002", words(2, [20n]), same, words(2, [0n, 0n, 0n])],
    ...[words(4, [0n, 0n]), "a.npy", "PK\u0005\u0006"],
    ...[words(2, [0n, 0n, 1n, 1n]), words(4, [51n, BigInt(start)])],
    words(2, [0n]),
  );
}

const EVT2 = words(
  4,
  Array.from(
    { length: 50 },
    (_, i) => i % 5 === 0 ? 0x8000_0000n + BigInt(i) : 0x1000_2807n + BigInt(i),
  ),
);
const STREAM = Uint8Array.from(
  Array.from({ length: 60 }, (_, i) => [2 * i, i % 9, 0, i % 7, 0]).flat(),
);

/** Sound files by the endings of their names, and what means something there. */
const FORMATS: Record<string, [bases: Uint8Array[], tokens: string[]]> = {
  "RAW": [
    [
      await written(".raw"),
      concatBytes("% evt 2.0\n% geometry 640x480\n", EVT2),
      concatBytes("% format EVT21;endianness=legacy\n% end\n", EVT2, EVT2),
    ],
    ["% end\n", "% evt 3.0\n", "EVT21", "% geometry 0x9\n", "=big", "width="],
  ],
  "DAT": [
    [
      concatBytes(
        "% Version 2\n% Width 8\n% Height 8\n",
        Uint8Array.of(0, 8),
        EVT2,
      ),
    ],
    ["% Version 1\n", "% Height 99999\n", "\u000c\u0008"],
  ],
  "ES": [
    [
      concatBytes(
        "Event Stream",
        Uint8Array.of(2, 0, 0, 1, 9, 0, 9, 0),
        STREAM,
      ),
      concatBytes(
        "Event Stream",
        Uint8Array.of(2, 0, 0, 2, 9, 0, 9, 0),
        STREAM,
      ),
    ],
    ["Event Stream", "\u0002\u0000\u0000"],
  ],
  "NPY": [
    [
      npy("'<u2'", Uint16Array.from(VALUES).buffer),
      npy("'<f8'", Float64Array.from(VALUES).buffer),
      FIELDS,
    ],
    ["(4, 20)", "(1000000000000, 4)", "True", "'t_ns'", "|V0", "<U999999999"],
  ],
  "NPZ": [
    [await written(".npz"), deflated()],
    ["PK\u0001\u0002", "PK\u0005\u0006", "PK\u0006\u0007", "\u0008", "x.npy"],
  ],
  "CSV": [
    [
      new Uint8Array(await CSV.arrayBuffer()),
      concatBytes(TEXT.replaceAll(",", " ")),
    ],
    ["t_ns,x,y,p\n", ",,", "\r\n", "1e999", "NaN", "-", ".", "true", "#", "99"],
  ],
  "BSN": [
    [Uint8Array.from({ length: 200 }, (_, i) => i % 10 > 7 ? 3 : i % 3)],
    ["\u0000"],
  ],
  "BS3": [[Uint8Array.from({ length: 70 }, (_, i) => i % 2)], ["\u0002"]],
  "BIN": [[await written(".bin")], ["\u00f0"]],
};

/** Bytes of a file; ten bytes of `.bsn` stand for up to 65,535 events. */
const MAX_BYTES: Record<string, number> = { "BSN": 1000 };

for (const [name, [bases, tokens]] of Object.entries(FORMATS)) {
  fuzzTest(name, {
    share: 0.05,
    inputs: mutated(bases, tokens)
      .map((bytes) => bytes.subarray(0, MAX_BYTES[name])),
    refusal: RecordingError,
    async read(bytes) {
      const file = new File([bytes], `a.${name}`);
      const recording = await openRecording(file);
      const { width = 65536, height = 65536 } = recording.sensor ?? {};
      let events = 0;
      for await (const { x, y, t, p } of recording.blocks()) {
        assert(t.length > 0 && t.length <= 1 << 18);
        assert(x.every((column) => column < width));
        assert(y.every((row) => row < height));
        assert(t.every(Number.isFinite));
        assert(p.every((polarity) => polarity < 2));
        events += t.length;
      }
      const most = name === "BSN" ? 65535 : name === "NPZ" ? 1032 : 16;
      assert(events <= most * bytes.length);
      return recording.faults;
    },
  });
}
