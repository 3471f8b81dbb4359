/**
 * Reader of binary spike files without a header, recognised by their file name
 * suffix: those of N-MNIST and N-Caltech101 (`.bin`) and of SLAYER (`.bs1`,
 * `.bs2`, `.bs3`, `.bsn`). All numbers are big-endian, times in µs.
 *
 * | ending | bytes | layout |
 * |---|---|---|
 * | `.bin`, `.bs2` | 5 | x 8 bits, y 8, p 1, t 23 |
 * | `.bs1` | 5 | neuron 16 bits, p 1, t 23 |
 * | `.bs3` | 7 | x 12 bits, y 12, p 8, t 24 |
 * | `.bsn` | 10 | neuron 16 bits, start 24, end 24, number of spikes 16 |
 *
 * @module
 */

import { RecordingFile } from "../../files/buffered_file.ts";
import { type FileSource, nameOf, sizeOf } from "../../files/file_source.ts";
import { cutRecord } from "../reading/cut_off.ts";
import { PROBED_EVENTS, runForward } from "../reading/time_order.ts";
import type { RecordingFormat } from "../reading/format.ts";
import {
  decodedRecording,
  type Decoder,
} from "../reading/decoded_recording.ts";
import type { FaultCounts } from "../reading/fault_counts.ts";

/**
 * Row of a `.bin` beyond the ATIS sensor, which marks a wrap of the camera's
 * clock.
 */
const LOOP_ROW = 240;

/** Time between clock wraps in µs. */
const LOOP_US = 1 << 13;

/** Maximum number of spikes per record of `.bsn`. */
const MAX_SPIKES = 0xffff;

/** Decodes 40-bit events: address 16 bits, polarity 1, time 23. */
function shortDecoder(
  { dimensions, loopRow }: {
    readonly dimensions: 1 | 2;
    readonly loopRow?: number;
  },
): Decoder {
  let loopsUs = 0;
  return {
    decode({ bytes }, { x, y, t, p }) {
      const end = bytes.length - bytes.length % 5;
      let [at, events] = [0, 0];
      for (; at < end && events < t.length; at += 5) {
        const row = bytes[at + 1];
        if (row === loopRow) {
          loopsUs += LOOP_US;
          continue;
        }
        x[events] = dimensions === 2 ? bytes[at] : bytes[at] << 8 | row;
        y[events] = dimensions === 2 ? row : 0;
        t[events] = loopsUs +
          ((bytes[at + 2] & 0x7f) << 16 | bytes[at + 3] << 8 | bytes[at + 4]);
        p[events] = bytes[at + 2] >>> 7;
        events++;
      }
      return { taken: at, events };
    },
  };
}

/** Decodes 56-bit events, in which polarity may be one of 256 channels. */
function wideDecoder(faults: FaultCounts): Decoder {
  return {
    decode({ bytes, offset }, { x, y, t, p }) {
      const end = bytes.length - bytes.length % 7;
      let [at, events] = [0, 0];
      for (; at < end && events < t.length; at += 7) {
        const middle = bytes[at + 1];
        const channel = bytes[at + 3];
        if (channel > 1) {
          faults.add("events of channels above 1", offset + at);
          continue;
        }
        x[events] = bytes[at] << 4 | middle >>> 4;
        y[events] = (middle & 0xf) << 8 | bytes[at + 2];
        t[events] = bytes[at + 4] << 16 | bytes[at + 5] << 8 | bytes[at + 6];
        p[events] = channel;
        events++;
      }
      return { taken: at, events };
    },
  };
}

/**
 * Decodes spike counts and spaces the spikes evenly over their time interval.
 */
function countDecoder(faults: FaultCounts): Decoder {
  return {
    decode({ bytes, offset }, { x, y, t, p }) {
      const end = bytes.length - bytes.length % 10;
      const room = t.length - MAX_SPIKES;
      const time = (at: number) =>
        bytes[at] << 16 | bytes[at + 1] << 8 | bytes[at + 2];
      let [at, events] = [0, 0];
      for (; at < end && events <= room; at += 10) {
        const neuron = bytes[at] << 8 | bytes[at + 1];
        const start = time(at + 2);
        const spikes = bytes[at + 8] << 8 | bytes[at + 9];
        const step = (time(at + 5) - start) / spikes;
        if (step < 0) {
          faults.add(
            "numbers of spikes that end before they start",
            offset + at,
          );
          continue;
        }
        for (let i = 0; i < spikes; i++, events++) {
          x[events] = neuron;
          y[events] = 0;
          t[events] = start + Math.floor(i * step);
          p[events] = 1;
        }
      }
      return { taken: at, events };
    },
  };
}

function spikeFormat(
  name: string,
  { bytes, timeAt, decoder }: {
    /** Size of a record in bytes. */
    readonly bytes: number;
    /** Byte offset of the time in a record. */
    readonly timeAt: number;
    readonly decoder: (faults: FaultCounts) => Decoder;
  },
): RecordingFormat {
  return {
    name,
    matches: () => false,
    async open(file) {
      await refuseForeignFile(file, { bytes, timeAt });
      return decodedRecording(file, {
        format: name,
        sensor: undefined,
        start: 0,
        record: { name: "event", bytes },
        zeros: {
          least: 2,
          timeAt: (view, at) => view.getUint32(at + timeAt - 1) & 0x7fffff,
        },
        decoder,
      });
    },
  };
}

/**
 * Refuses a file that ends inside a record, unless its times run forward: then
 * it is a truncated file, otherwise one of another format.
 */
async function refuseForeignFile(
  file: FileSource,
  { bytes, timeAt }: { readonly bytes: number; readonly timeAt: number },
): Promise<void> {
  const size = await sizeOf(file);
  const left = size % bytes;
  if (left === 0) return;
  using opened = await RecordingFile.open(file);
  await opened.fill(PROBED_EVENTS * bytes);
  const view = new DataView(opened.bytes.buffer, opened.bytes.byteOffset);
  const events = Math.min(PROBED_EVENTS, Math.floor(size / bytes));
  const times = Array.from(
    { length: events },
    (_, i) => view.getUint32(i * bytes + timeAt - 1) & 0x7fffff,
  );
  if (runForward(times)) return;
  throw cutRecord(nameOf(file), {
    name: "event",
    bytes,
    offset: size - left,
    left,
  });
}

/** Formats by file name suffix. */
export const SPIKE_FILES: Readonly<Record<string, RecordingFormat>> = {
  ".bin": spikeFormat("N-MNIST", {
    bytes: 5,
    timeAt: 2,
    decoder: () => shortDecoder({ dimensions: 2, loopRow: LOOP_ROW }),
  }),
  ".bs1": spikeFormat("SLAYER spikes of neurons", {
    bytes: 5,
    timeAt: 2,
    decoder: () => shortDecoder({ dimensions: 1 }),
  }),
  ".bs2": spikeFormat("SLAYER spikes of pixels", {
    bytes: 5,
    timeAt: 2,
    decoder: () => shortDecoder({ dimensions: 2 }),
  }),
  ".bs3": spikeFormat("SLAYER spikes of pixels, wide", {
    bytes: 7,
    timeAt: 4,
    decoder: wideDecoder,
  }),
  ".bsn": spikeFormat("SLAYER numbers of spikes, spread evenly", {
    bytes: 10,
    timeAt: 2,
    decoder: countDecoder,
  }),
};
