import assert from "node:assert/strict";
import { join } from "node:path";
import {
  encodeEvent,
  encodeVersion,
  type LogEvent,
} from "../../../../scripts/run/tensorboard/protobuf.ts";
import { histogramOf } from "../../../../scripts/run/tensorboard/histogram.ts";
import { frameRecord } from "../../../../scripts/run/tensorboard/tfrecord.ts";
import { fc } from "../../../fixtures/properties.ts";
import { readEvents, readRecords } from "./read_events.ts";

const joined = (parts: readonly Uint8Array<ArrayBuffer>[]) =>
  new Blob([...parts]).bytes();

// Written by TensorBoard 2.21.0: its `RecordWriter`, its `event_pb2.Event`.
const WRITTEN = join(import.meta.dirname!, "tensorboard_writer.tfevents");

Deno.test("events are, byte for byte, what TensorBoard's own writer writes", async () => {
  const [time, infinity] = [1700000001.5, Infinity];
  const events: LogEvent[] = [
    { time, step: 0, tag: "Train Loss /batch_idx", value: 14.09 },
    { time, step: 300, tag: "Val. Accuracy /epoch", value: 0 },
    { time, step: 2 ** 33 + 5, tag: "Übung/θ", value: infinity },
    {
      time,
      step: 1,
      tag: "fc1.weight",
      value: {
        min: -1.5,
        max: 2.5,
        count: 5,
        sum: 3.25,
        sumSquares: 9.5,
        limits: Float64Array.of(0, 1.25, 2.5),
        counts: Float64Array.of(2, 1, 2),
      },
    },
    {
      time,
      step: 2,
      tag: "fc2.weight",
      value: histogramOf(new Float32Array(3)),
    },
  ];
  const messages = [encodeVersion(1700000000.25), ...events.map(encodeEvent)];
  assert.equal(
    (await joined(messages.map(frameRecord))).toHex(),
    (await Deno.readFile(WRITTEN)).toHex(),
  );
});

Deno.test("records of any bytes are read back, and a changed bit is noticed", async () => {
  const contents = fc.array(fc.uint8Array({ maxLength: 300 }), {
    minLength: 1,
    maxLength: 5,
  });
  await fc.assert(
    fc.asyncProperty(contents, fc.nat(), async (contents, place) => {
      const bytes = await joined(contents.map(frameRecord));
      assert.deepEqual(
        readRecords(bytes).map((record) => record.toHex()),
        contents.map((content) => content.toHex()),
      );
      const bit = place % (bytes.length * 8);
      bytes[bit >> 3] ^= 1 << (bit & 7);
      assert.throws(() => readRecords(bytes), assert.AssertionError);
    }),
  );
});

Deno.test("scalars and histograms are read back with tag, step and time", async () => {
  const value = fc.oneof(
    fc.float(),
    fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
      minLength: 1,
    }).map((values) => histogramOf(Float32Array.from(values))),
  );
  const event = fc.record({
    time: fc.double({ min: 0, max: 1e10 }),
    step: fc.maxSafeNat(),
    tag: fc.string({ unit: "grapheme" }),
    value,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(event), async (events) => {
      const messages = [encodeVersion(1), ...events.map(encodeEvent)];
      const log = readEvents(await joined(messages.map(frameRecord)));
      const { version, begun } = log;
      assert.deepEqual([version, begun], ["brain.Event:2", 1]);
      // A zero is not written, so a negative one loses its sign.
      const positive = (value: unknown) =>
        JSON.parse(JSON.stringify(value, (_, v) => v === 0 ? 0 : v));
      assert.deepEqual(positive(log.events), positive(events));
    }),
  );
});
