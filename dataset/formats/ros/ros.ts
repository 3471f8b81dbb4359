/**
 * Reader of ROS recordings: ROS 1 bags, ROS 2 bags in SQLite, and MCAP.
 *
 * Supported message types are event_camera_msgs/EventPacket (with the encodings
 * evt3, mono and libcaer), dvs_msgs/EventArray and
 * prophesee_event_msgs/EventArray.
 *
 * @module
 */

import type { RecordingError } from "../../files/errors.ts";
import type { FileSource } from "../../files/file_source.ts";
import { RandomAccessFile } from "../../files/random_access_file.ts";
import { gatherBlocks } from "../reading/block_builder.ts";
import { countedRecording } from "../reading/counted_recording.ts";
import type {
  OpenOptions,
  OpenRecording,
  RecordingFormat,
} from "../reading/format.ts";
import { FaultCounts } from "../reading/fault_counts.ts";
import { BAG_LINE, readBag } from "./bag.ts";
import { EventMessages, holdsEvents, sensorIn } from "./event_messages.ts";
import { MCAP_MARK, readMcap } from "./mcap.ts";
import type { ReadMessages, RosMessage } from "./messages.ts";
import { readRos2Bag } from "./ros2_bag.ts";
import { SQLITE_MARK } from "./sqlite.ts";
import { cutByZeros, zerosError } from "./zero_bytes.ts";

/** Options for reading a ROS recording. */
export interface RosOptions extends OpenOptions {
  /** Topic of the events. @default the first one with events */
  readonly topic?: string;
}

/** An open ROS recording. */
export interface RosRecording extends OpenRecording {
  /** Topic whose events are read. */
  readonly topic: string;
}

/** ROS format, of which any topic with events can be read. */
export interface RosFormat extends RecordingFormat {
  /**
   * Opens a file and finds the first event message.
   *
   * @param file The file.
   * @param options Topic to read.
   * @returns The recording.
   * @throws {RecordingError} If the file is damaged, or has no such message;
   *   the error then lists the topics.
   */
  open(file: FileSource, options?: RosOptions): Promise<RosRecording>;
}

/** Maximum number of topics that an error lists. */
const LISTED_TOPICS = 8;

/**
 * ROS 1 bags, with chunks uncompressed or compressed by LZ4 or bzip2.
 *
 * @example
 * ```ts
 * import { rosBag } from "./ros.ts";
 * const head = new TextEncoder().encode("#ROSBAG V2.0\n");
 * if (!rosBag.matches(head)) throw new Error("expected a bag");
 * ```
 */
export const rosBag: RosFormat = formatOf("ROS 1 bag", {
  mark: new TextEncoder().encode(BAG_LINE),
  read: readBag,
});

/**
 * ROS 2 bags in SQLite.
 *
 * @example
 * ```ts
 * import { ros2Bag } from "./ros.ts";
 * const head = new TextEncoder().encode("SQLite format 3\0");
 * if (!ros2Bag.matches(head)) throw new Error("expected a bag");
 * ```
 */
export const ros2Bag: RosFormat = formatOf("ROS 2 bag", {
  mark: new TextEncoder().encode(SQLITE_MARK),
  read: readRos2Bag,
});

/**
 * MCAP files of ROS 1 or ROS 2.
 *
 * @example
 * ```ts
 * import { mcap } from "./ros.ts";
 * const head = Uint8Array.of(0x89, ...new TextEncoder().encode("MCAP0\r\n"));
 * if (!mcap.matches(head)) throw new Error("expected MCAP");
 * ```
 */
export const mcap: RosFormat = formatOf("MCAP", {
  mark: MCAP_MARK,
  read: readMcap,
});

/** Makes a format from a reader of its messages. */
function formatOf(
  name: string,
  { mark, read }: { readonly mark: Uint8Array; readonly read: ReadMessages },
): RosFormat {
  return {
    name,
    matches: (head) => mark.every((byte, i) => head[i] === byte),
    async open(file, options = {}) {
      using opened = await RandomAccessFile.open(file);
      const { topic, sensor } = await findEvents(
        read(opened, new FaultCounts()),
        {
          file: opened,
          topic: options.topic,
        },
      );
      const recording = countedRecording({
        format: name,
        sensor,
        read: (faults) =>
          gatherBlocks(async function* (builder) {
            using opened = await RandomAccessFile.open(file);
            const events = new EventMessages(builder, faults);
            for await (const message of read(opened, faults)) {
              if (!holdsEvents(message.type)) continue;
              if (message.topic !== topic) {
                if (options.topic === undefined) {
                  faults.add(`messages not on "${topic}"`, message.offset);
                }
                continue;
              }
              let end: number | undefined;
              try {
                end = yield* events.decode(message);
              } catch (cause) {
                throw damagedMessage(message, { file: opened, cause });
              }
              if (end !== undefined) {
                throw await zeroEvents(message, opened, end);
              }
              yield;
            }
          }),
      });
      return { ...recording, topic };
    },
  };
}

/** Finds the first event message, which gives topic and sensor size. */
async function findEvents(
  messages: AsyncIterable<RosMessage>,
  { file, topic }: {
    readonly file: RandomAccessFile;
    readonly topic: string | undefined;
  },
) {
  const others = new Set<string>();
  for await (const message of messages) {
    if (
      holdsEvents(message.type) && (topic ?? message.topic) === message.topic
    ) {
      try {
        return { topic: message.topic, sensor: sensorIn(message) };
      } catch (cause) {
        throw damagedMessage(message, { file, cause });
      }
    }
    if (others.size < LISTED_TOPICS) {
      others.add(`"${message.topic}" (${message.type})`);
    }
  }
  throw file.damage(
    file.size,
    `it has no message of events${
      topic === undefined ? "" : ` on "${topic}"`
    }` +
      (others.size === 0 ? "" : `, only ${[...others].join(", ")}`),
  );
}

/** Makes the error of a message that has only zeros from some byte on. */
function zeroEvents(
  { topic, zeros }: RosMessage,
  file: RandomAccessFile,
  at: number,
): Promise<RecordingError> {
  const { offset } = zeros!;
  return zerosError(file, {
    part: `message on "${topic}"`,
    offset: offset - zeros!.at + at,
    zero: offset,
  });
}

/**
 * Converts a `RangeError` in a message to a recording error; other errors are
 * unchanged.
 */
function damagedMessage(
  { topic, offset, zeros }: RosMessage,
  { file, cause }: { readonly file: RandomAccessFile; readonly cause: unknown },
): unknown {
  if (!(cause instanceof RangeError)) return cause;
  const part = { name: "message", start: offset, end: file.size };
  const cut = zeros && cutByZeros(file, { ...part, zeros: zeros.offset });
  return cut?.ifDamaged ?? file.damage(
    offset,
    `a message on "${topic}" is damaged: ${cause.message}`,
    { cause },
  );
}
