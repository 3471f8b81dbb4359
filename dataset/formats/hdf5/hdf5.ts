/**
 * Reader of HDF5 recordings: spikes of SHD and SSC, events of Metavision, and
 * events in four data sets as in DSEC.
 *
 * @module
 */

import { RecordingError } from "../../files/errors.ts";
import type { Sensor } from "../../events.ts";
import type { FileSource } from "../../files/file_source.ts";
import { type BlockBuilder, gatherBlocks } from "../reading/block_builder.ts";
import { FaultCounts } from "../reading/fault_counts.ts";
import type {
  EventBlock,
  OpenRecording,
  RecordingFormat,
} from "../reading/format.ts";
import { findCdEvents, readCdEvents } from "./cd_events.ts";
import { findEventColumns, readEventColumns } from "./event_columns.ts";
import { Hdf5File } from "./hdf5_file.ts";
import { CHANNELS, findSpikes, readSpikes, type Spikes } from "./spikes.ts";
import { findMark } from "./superblock.ts";

/** One of several samples in a file. */
export interface Hdf5Sample {
  /** Class; `undefined` if the file does not give it. */
  readonly label: number | undefined;
  /** Number of the speaker; `undefined` if the file does not give it. */
  readonly speaker: number | undefined;
  /**
   * Reads the spikes of the sample.
   *
   * @returns Non-empty blocks.
   * @throws {RecordingError} If they are damaged.
   */
  blocks(): AsyncGenerator<EventBlock, void, void>;
}

/** An open HDF5 recording. */
export interface Hdf5Recording extends OpenRecording {
  /**
   * Samples of SHD or SSC; empty if the file is a single recording. `blocks()`
   * reads all samples in sequence; the times of each start at its own zero.
   */
  readonly samples: readonly Hdf5Sample[];
  /** Names of the classes; empty if the file does not give them. */
  readonly keys: readonly string[];
}

/** The HDF5 format, whose files may contain several samples. */
export interface Hdf5Format extends RecordingFormat {
  /**
   * Opens a file and finds its events.
   *
   * @param file The file; a browser's `Blob` is read into memory.
   * @returns The recording.
   * @throws {RecordingError} If it is not a valid HDF5 file, or has no events
   *   in a known layout.
   */
  open(file: FileSource): Promise<Hdf5Recording>;
}

/** Reader of the events of an open file. */
type ReadEvents = (
  file: Hdf5File,
  sink: { readonly builder: BlockBuilder; readonly faults: FaultCounts },
) => Iterable<void> | AsyncIterable<void>;

/** Layout of the events in a file, and their reader. */
interface Layout {
  readonly format: string;
  readonly sensor: Sensor | undefined;
  readonly read: ReadEvents;
  readonly spikes?: Spikes;
}

/**
 * HDF5 with `spikes/{times,units}` as in SHD and SSC, `CD/events` of
 * Metavision, or `events/{x,y,p,t}` with t in µs (integer) or seconds (floating
 * point).
 *
 * @example
 * ```ts
 * import { hdf5 } from "./hdf5.ts";
 * const head = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);
 * if (!hdf5.matches(head)) throw new Error("expected HDF5");
 * ```
 */
export const hdf5: Hdf5Format = {
  name: "HDF5",
  matches: (head) => findMark(head) !== undefined,
  async open(source): Promise<Hdf5Recording> {
    using file = await Hdf5File.open(source);
    const { format, sensor, read, spikes } = findLayout(file);
    const faults = new FaultCounts();
    const blocksOf = (read: ReadEvents) =>
      gatherBlocks(async function* (builder) {
        faults.clear();
        using file = await Hdf5File.open(source);
        yield* read(file, { builder, faults });
      });
    return {
      format,
      sensor,
      faults: faults.list,
      keys: spikes?.keys ?? [],
      samples: Array.from(
        { length: spikes?.length ?? 0 },
        (_, index): Hdf5Sample => ({
          label: spikes!.labels[index],
          speaker: spikes!.speakers[index],
          blocks: () =>
            blocksOf((file, { builder, faults }) =>
              readSpikes(file, { spikes: spikes!, index, builder, faults })
            ),
        }),
      ),
      blocks: () => blocksOf(read),
    };
  },
};

function findLayout(file: Hdf5File): Layout {
  const spikes = findSpikes(file);
  if (spikes !== undefined) {
    return {
      format: "HDF5 (spikes)",
      sensor: CHANNELS,
      spikes,
      *read(file, { builder, faults }) {
        for (let index = 0; index < spikes.length; index++) {
          yield* readSpikes(file, { spikes, index, builder, faults });
        }
        yield;
      },
    };
  }
  const events = findCdEvents(file);
  if (events !== undefined) {
    return {
      format: "HDF5 (Metavision)",
      sensor: events.sensor,
      read: (file, { builder, faults }) =>
        readCdEvents(file, { events, builder, faults }),
    };
  }
  const columns = findEventColumns(file);
  if (columns !== undefined) {
    return {
      format: "HDF5 (events)",
      sensor: undefined,
      read: (file, { builder, faults }) =>
        readEventColumns(file, { columns, builder, faults }),
    };
  }
  throw new RecordingError(
    file.file.path,
    "it is HDF5 without spikes/times and spikes/units, CD/events or " +
      "events/x, y, p and t",
    { offset: 0 },
  );
}
