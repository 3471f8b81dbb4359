/**
 * Reader of messages in ROS 2 bags in SQLite, `.db3` files.
 *
 * Source: ROS 2, rosbag2_storage_sqlite3.
 *
 * @module
 */

import type { RandomAccessFile } from "../../files/random_access_file.ts";
import type { RosMessage } from "./messages.ts";
import { readTable } from "./sqlite.ts";

/**
 * Reads all messages of a bag.
 *
 * @param file The bag.
 * @returns The messages, in the order of storage.
 * @throws {RecordingError} If the file is damaged or not a bag.
 *
 * @example
 * ```ts
 * import { readRos2Bag } from "./ros2_bag.ts";
 * import { RandomAccessFile } from "../../files/random_access_file.ts";
 * using file = await RandomAccessFile.open(new Blob(["a cat"]));
 * const read = () => Array.fromAsync(readRos2Bag(file));
 * const message = await read().catch((error: Error) => error.message);
 * if (!`${message}`.includes("SQLite")) throw new Error("expected a refusal");
 * ```
 */
export async function* readRos2Bag(
  file: RandomAccessFile,
): AsyncGenerator<RosMessage, void, void> {
  const topics = new Map<unknown, { topic: string; type: string }>();
  for await (const { values } of readTable(file, "topics")) {
    const [name, type] = [values.get("name"), values.get("type")];
    if (values.get("serialization_format") !== "cdr") continue;
    topics.set(values.get("id"), {
      topic: String(name),
      type: String(type),
    });
  }
  for await (
    const { values, offset, zeros } of readTable(file, "messages")
  ) {
    const topic = topics.get(values.get("topic_id"));
    const bytes = values.get("data");
    if (topic === undefined || !(bytes instanceof Uint8Array)) continue;
    yield {
      topic: topic.topic,
      type: topic.type,
      encoding: "cdr",
      bytes,
      offset,
      zeros: zeros && { ...zeros, at: zeros.at - bytes.byteOffset },
    };
  }
}
