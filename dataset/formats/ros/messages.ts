/**
 * Interface of ROS messages, independent of the file format.
 *
 * @module
 */

import type { FaultCounts } from "../reading/fault_counts.ts";
import type { RandomAccessFile } from "../../files/random_access_file.ts";
import type { MessageEncoding } from "./message_reader.ts";
import type { ZeroStart } from "./zero_bytes.ts";

/** Fault: a missing index of messages at the end of a file. */
export const NO_INDEX = "the index at the end, which is missing";

/** A serialised message. */
export interface RosMessage {
  /** Topic on which it was sent. */
  readonly topic: string;
  /** Name of its type in the file, such as `dvs_msgs/msg/EventArray`. */
  readonly type: string;
  /** Serialisation. */
  readonly encoding: MessageEncoding;
  /** Its bytes, valid until the next message is requested. */
  readonly bytes: Uint8Array;
  /** Byte offset of the message, or of its chunk, in the file. */
  readonly offset: number;
  /**
   * Where the file, or the last page of the message, has only zeros from some
   * byte of the message on.
   */
  readonly zeros?: ZeroStart;
}

/** Reads all messages of a file, in file order, and counts its faults. */
export type ReadMessages = (
  file: RandomAccessFile,
  faults: FaultCounts,
) => AsyncGenerator<RosMessage, void, void>;
