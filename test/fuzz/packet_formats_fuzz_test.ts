import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { RecordingError } from "../../dataset/files/errors.ts";
import { compressLz4 } from "../../dataset/files/compression/lz4.ts";
import { aedat3 } from "../../dataset/formats/aedat3/aedat3.ts";
import { aedat4 } from "../../dataset/formats/aedat4/aedat4.ts";
import { encodeAedat4 } from "../../dataset/formats/aedat4/aedat4_encode.ts";
import { davis } from "../../dataset/formats/aedat2/davis.ts";
import type { RecordingFormat } from "../../dataset/formats/reading/format.ts";
import { hdf5 } from "../../dataset/formats/hdf5/hdf5.ts";
import { mcap, ros2Bag, rosBag } from "../../dataset/formats/ros/ros.ts";
import {
  aedat3File,
  packet as packet3,
  polarity,
} from "../dataset/formats/aedat3/aedat3_files.ts";
import {
  eventTable,
  header,
  packet as packet4,
} from "../dataset/formats/aedat4/aedat4_files.ts";
import { concatBytes } from "../dataset/formats/aedat_files.ts";
import { blockOf, type Row } from "../dataset/formats/recordings.ts";
import {
  bag,
  bagChunk,
  bagRecords,
  eventArray,
  eventPacket,
  mcapFile,
  monoWords,
  ros2Bag as ros2BagFile,
  words16,
} from "../dataset/formats/ros/ros_files.ts";
import { temporaryFolder } from "../fixtures/temporary_folder.ts";
import { fuzzTest } from "./fuzz.ts";
import { mutated } from "./mutations.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);

/** Events that one byte of a file stands for, at most: runs of one word. */
const MAX_EVENTS = 70_000;

const ROWS = Array.from(
  { length: 40 },
  (_, i): Row => [3 * i, 127 - i, 1000 + 7 * i, i % 2],
);

/** Reads files of a format that are almost right. */
function fuzzFormat(
  format: RecordingFormat,
  { bases, tokens = ["\u0000", "\n"], share = 0.03 }: {
    readonly bases: readonly Uint8Array[];
    readonly tokens?: readonly string[];
    readonly share?: number;
  },
): void {
  fuzzTest(format.name, {
    share,
    inputs: mutated(bases, tokens),
    refusal: RecordingError,
    async read(bytes) {
      const recording = await format.open(new File([bytes], "a"));
      const { width, height } = recording.sensor ??
        { width: 0x10000, height: 0x10000 };
      let events = 0;
      for await (const { x, y, t, p } of recording.blocks()) {
        assert(t.length > 0 && t.length <= 1 << 17);
        assert(x.every((column) => column < width));
        assert(y.every((row) => row < height));
        assert(p.every((polarity) => polarity < 2));
        events += t.length;
      }
      assert(events <= MAX_EVENTS * bytes.length);
      assert(recording.faults.every(({ count }) => count > 0));
      return recording.faults;
    },
  });
}

fuzzFormat(aedat3, {
  bases: [aedat3File(
    packet3(ROWS.map(polarity)),
    packet3(ROWS.map(polarity), { type: 2, overflows: 3 }),
  )],
  tokens: ["#", "\r\n", "#!END-HEADER\r\n", "#Source 1: DAVIS240C\r\n"],
});

fuzzFormat(davis, {
  bases: [concatBytes(
    "#!AER-DAT2.0\r\n# AEChip: Davis346red\r\n",
    new Uint8Array(Uint32Array.from({ length: 80 }, (_, i) => i << 9).buffer),
  )],
  tokens: ["#", "\r\n", "# AEChip: Davis240\r\n", "\u0000"],
});

const sensor = { width: 346, height: 260 };
fuzzFormat(aedat4, {
  bases: [
    concatBytes(header(), packet4(1, eventTable(ROWS))),
    ...await Promise.all(
      (["lz4", "zstd"] as const).map(async (compression) =>
        concatBytes(
          ...await Array.fromAsync(
            encodeAedat4([blockOf(ROWS)], { sensor, compression }),
          ),
        )
      ),
    ),
  ],
  tokens: ["<node", '"', ">", "</node>", "EVTS", "\u0000\u0000", "sizeX"],
});

const messagesIn = (encoding: "ros1" | "cdr") => [
  { topic: "/imu", type: "sensor_msgs/Imu", bytes: new Uint8Array(30) },
  ...[
    eventPacket(encoding, {
      events: "evt3",
      words: words16(0x8001, 0x6002, 5, 0x2805, 0x3001, 0x4fff, 0x50ff),
    }),
    eventPacket(encoding, { events: "mono", words: monoWords(ROWS) }),
    eventPacket(encoding, { events: "libcaer", words: monoWords(ROWS) }),
  ].map((bytes) => ({
    topic: "/events",
    type: "event_camera_msgs/EventPacket",
    bytes,
  })),
  {
    topic: "/dvs",
    type: "dvs_msgs/EventArray",
    bytes: eventArray(encoding, ROWS),
  },
];

const records = bagRecords(messagesIn("ros1"));
fuzzFormat(rosBag, {
  bases: [
    bag(records),
    bag(bagChunk("none", { packed: records, size: records.length })),
    bag(
      bagChunk("lz4", { packed: compressLz4(records), size: records.length }),
    ),
  ],
  tokens: ["conn=", "op=", "compression=bz2", "\u0000", "BZh9"],
});

fuzzFormat(ros2Bag, {
  bases: [await ros2BagFile(join(folder.path, "a.db3"), messagesIn("cdr"))],
});

fuzzFormat(mcap, {
  bases: [
    await mcapFile(messagesIn("cdr"), { encoding: "cdr" }),
    await mcapFile(messagesIn("ros1"), {
      encoding: "ros1",
      compression: "lz4",
      compress: compressLz4,
    }),
  ],
  tokens: ["zstd", "lz4", "\u0000", "cdr"],
});

const files = join(
  dirname(import.meta.dirname!),
  ...["dataset", "formats", "hdf5"],
);
fuzzFormat(hdf5, {
  bases: await Promise.all(
    ["spikes.h5", "cd_events_ecf.h5", "cd_events_gzip.h5", "cd_events_lzf.h5"]
      .map((name) => Deno.readFile(join(files, name))),
  ),
  share: 0.05,
});
