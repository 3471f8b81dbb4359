/**
 * Reader of Prophesee's RAW files: a header, then words as sent by the camera.
 *
 * @module
 */

import { RecordingError } from "../../files/errors.ts";
import { RecordingFile } from "../../files/buffered_file.ts";
import { nameOf } from "../../files/file_source.ts";
import { decodedFormat, type Decoder } from "../reading/decoded_recording.ts";
import type { FaultCounts } from "../reading/fault_counts.ts";
import type { ZeroRecords } from "../reading/zero_tail.ts";
import { Evt21Decoder } from "./evt21.ts";
import { Evt2Decoder, type WordLayout } from "./evt2.ts";
import { Evt3Decoder } from "./evt3.ts";
import { formatOptions, parsePropheseeHeader, sensorOf } from "./raw_header.ts";

/** Maximum sensor side in pixels that the encodings can address. */
const MAX_PIXELS = 2048;

/** An encoding of events. */
interface Encoding {
  readonly name: string;
  /** Size of a word in bytes. */
  readonly bytes: number;
  /** When words of zeros at the end are no events, if zeros may be events. */
  readonly zeros?: ZeroRecords;
  readonly decoder: (
    layout: WordLayout & { readonly upperFirst: boolean },
    faults: FaultCounts,
  ) => Decoder;
}

/** Encodings by their names in the header lines `evt` and `format`. */
const ENCODINGS: Readonly<Record<string, Encoding>> = {
  "EVT2": {
    name: "EVT 2.0",
    bytes: 4,
    zeros: { least: 2 },
    decoder: (layout, faults) => new Evt2Decoder(layout, faults),
  },
  "EVT21": {
    name: "EVT 2.1",
    bytes: 8,
    decoder: (layout, faults) => new Evt21Decoder(layout, faults),
  },
  "EVT3": {
    name: "EVT 3.0",
    bytes: 2,
    decoder: (layout, faults) => new Evt3Decoder(layout, faults),
  },
};

/** Finds the name of the encoding in a header, such as `EVT21`. */
function encodingOf(values: ReadonlyMap<string, string>): string | undefined {
  const version = values.get("evt");
  return formatOptions(values).get("") ||
    (version && `EVT${version.replace(/\.0$/, "").replace(".", "")}`);
}

/** Prophesee's RAW files, in EVT 2.0, 2.1 or 3.0. */
export const PROPHESEE_RAW = decodedFormat({
  name: "Prophesee RAW",
  matches(head) {
    return encodingOf(parsePropheseeHeader(head).values) !== undefined;
  },
  async decoding(file) {
    using opened = await RecordingFile.open(file);
    await opened.fill();
    const { start, values } = parsePropheseeHeader(opened.bytes);
    const named = encodingOf(values) ?? "";
    if (!Object.hasOwn(ENCODINGS, named)) {
      throw new RecordingError(
        nameOf(file),
        `its encoding is "${named}", only ${
          Object.keys(ENCODINGS).join(", ")
        } can be read`,
        { offset: 0 },
      );
    }
    const { name, bytes, zeros, decoder } = ENCODINGS[named];
    const sensor = sensorOf(nameOf(file), values);
    const endianness = formatOptions(values).get("endianness") ?? "little";
    const layout = {
      width: sensor?.width ?? MAX_PIXELS,
      height: sensor?.height ?? MAX_PIXELS,
      littleEndian: endianness !== "big",
      upperFirst: endianness !== "little",
    };
    return {
      format: `Prophesee RAW, ${name}`,
      sensor,
      start,
      record: { name: "word", bytes },
      zeros,
      decoder: (faults) => decoder(layout, faults),
    };
  },
});
