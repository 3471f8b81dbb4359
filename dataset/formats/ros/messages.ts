/**
 * Messages of events in recordings of ROS, whatever file they are in.
 *
 * @module
 */

import type { RandomAccessFile } from "../../files/random_access_file.ts";
import type { MessageEncoding } from "./message_reader.ts";

/** A message, as a file has it. */
export interface RosMessage {
  /** Topic on which it was sent. */
  readonly topic: string;
  /** Its type, such as `event_camera_msgs/EventPacket`. */
  readonly type: string;
  /** How it is written. */
  readonly encoding: MessageEncoding;
  /** Its bytes, valid until the next message is asked for. */
  readonly bytes: Uint8Array;
  /** Byte in the file where it, or the chunk that it is in, starts. */
  readonly offset: number;
}

/** Reads all messages of a file in its order. */
export type ReadMessages = (
  file: RandomAccessFile,
) => AsyncGenerator<RosMessage, void, void>;

/**
 * Names a type of messages without the folder that ROS 2 puts in it.
 *
 * @param type The type as a file names it.
 * @returns Package and name.
 *
 * @example
 * ```ts
 * import { plainType } from "./messages.ts";
 * const type = plainType("event_camera_msgs/msg/EventPacket");
 * if (type !== "event_camera_msgs/EventPacket") throw new Error(type);
 * ```
 */
export function plainType(type: string): string {
  return type.replace("/msg/", "/");
}
