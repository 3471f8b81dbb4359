/**
 * Reader of events as text with one line per event, such as `t x y p` or CSV.
 *
 * @module
 */

import type { Sensor } from "../../events.ts";
import { RecordingFile } from "../../files/buffered_file.ts";
import { nameOf } from "../../files/file_source.ts";
import { decodedFormat, type Decoder } from "../reading/decoded_recording.ts";
import {
  type FaultCounts,
  FRACTION,
  OUTSIDE,
} from "../reading/fault_counts.ts";
import { type Axis, timeIn, UNIT_US } from "./column_names.ts";
import { badLine, layoutOf, PROBED_BYTES, usedColumns } from "./text_layout.ts";
import { isRemark, isText, LineParser } from "./text_lines.ts";

const LF = 0x0a;

/**
 * Number of lines from which a narrower last field than in any of them is
 * truncated.
 */
const WIDTH_LINES = 100;

/** Maximum sensor side in pixels that 16-bit columns can address. */
const MAX_PIXELS = 1 << 16;

/**
 * Events as text, separated by commas, semicolons, tabs or spaces.
 *
 * The first line, optionally after `#`, names the columns, in any order and
 * among others, which may hold any text. Without names the columns are
 * recognised by their values: four, or two or three of a sensor in one row,
 * where y is 0 and p is 1 if there is none. So are names in another language.
 * With semicolons or tabs between columns, numbers may have a decimal comma. A
 * first line with two whole numbers, unlike those below it, is the width and
 * height of the sensor.
 */
export const TEXT_TABLE = decodedFormat({
  name: "text",
  matches: (head) => isText(head) && hasNumbers(head),
  async decoding(file, { timeUnit } = {}) {
    using opened = await RecordingFile.open(file);
    await opened.fill();
    const { axes, guessed, sensor, start, decimalComma, ...units } = layoutOf(
      opened,
    );
    const columns = axes.map((axis) => axis ?? "–").join(" ");
    const told = units.namedUnit ?? timeUnit;
    const unit = told ?? units.likelyUnit;
    return {
      format: `text, columns ${columns}${guessed ? " as guessed" : ""}, ` +
        timeIn(unit, told === undefined),
      sensor,
      start,
      separator: LF,
      record: { name: "line", bytes: PROBED_BYTES },
      decoder: (faults) =>
        textDecoder(nameOf(file), {
          axes,
          unitUs: UNIT_US[unit],
          decimalComma,
          sensor: sensor ?? { width: MAX_PIXELS, height: MAX_PIXELS },
          faults,
        }),
    };
  },
});

/** Tells whether a line of some text has only numbers, two or more. */
function hasNumbers(text: Uint8Array): boolean {
  const parser = new LineParser(text.length);
  for (let at = 0; at < text.length; at++) {
    const start = at;
    at = parser.parse(text, start);
    const { count, numbers } = parser;
    if (
      count > 1 && !isRemark(text.subarray(start, at)) &&
      numbers.subarray(0, 2 * count).every(Number.isFinite)
    ) return true;
  }
  return false;
}

function textDecoder(
  path: string,
  { axes, unitUs, decimalComma, sensor, faults }: {
    readonly axes: readonly (Axis | undefined)[];
    readonly unitUs: number;
    readonly decimalComma: boolean;
    readonly sensor: Sensor;
    readonly faults: FaultCounts;
  },
): Decoder {
  const { width, height } = sensor;
  const used = usedColumns(axes);
  const parser = new LineParser(axes.length, { decimalComma, used });
  const { numbers } = parser;
  // Columns after the last used one are one field, which may be empty.
  const least = used?.length ?? axes.length;
  const most = Math.min(least + 1, axes.length);
  const [xAt, yAt, tAt, pAt] = (["x", "y", "t", "p"] as const)
    .map((axis) => 2 * axes.indexOf(axis));
  const endsInTime = tAt === 2 * (axes.length - 1);
  let [previous, timeBytes] = [0, 0];
  let [hasFractions, isNarrow] = [false, false];
  return {
    decode({ bytes, offset, last }, { x, y, t, p }) {
      let [at, events] = [0, 0];
      while (at < bytes.length && events < t.length) {
        const end = parser.parse(bytes, at);
        const isOpen = end === bytes.length;
        if (isOpen && !last) break;
        if (isOpen && most === least) {
          const above = bytes.subarray(0, at);
          isNarrow ||= areWider(above, parser.width, { decimalComma });
        }
        const column = numbers[xAt];
        const row = yAt < 0 ? 0 : numbers[yAt];
        // The whole part is multiplied separately, as its product is exact.
        const time = numbers[tAt] * unitUs + numbers[tAt + 1] * unitUs;
        const polarity = pAt < 0 ? 1 : numbers[pAt];
        const beyond = numbers[xAt + 1];
        const below = yAt < 0 ? 0 : numbers[yAt + 1];
        const isBetween = beyond !== 0 || below !== 0;
        const isWhole = parser.count === most ||
          (parser.count === least && !isOpen);
        const isEvent = isWhole &&
          Number.isFinite(column + row + time + polarity) &&
          // A file that ends inside a time leaves an earlier, shorter one,
          // inside a pixel such as 1.2e+01 a fraction, and inside a field of
          // fixed width a narrower one.
          !(isOpen && (isBetween && !hasFractions ||
            endsInTime && time < previous && parser.width < timeBytes ||
            isNarrow));
        if (!isEvent) {
          const line = bytes.subarray(at, end);
          if (!isRemark(line)) {
            // The events above it are yielded first.
            if (at > 0) break;
            throw badLine(path, { line, at: offset, isOpen });
          }
        } else if (
          column + beyond >= 0 && column < width && row + below >= 0 &&
          row < height
        ) {
          if (isBetween) {
            hasFractions = true;
            faults.add(FRACTION, offset + at);
          }
          x[events] = column;
          y[events] = row;
          t[events] = previous = Math.round(time);
          timeBytes = parser.width;
          p[events] = polarity > 0 ? 1 : 0;
          events++;
        } else {
          faults.add(OUTSIDE, offset + at);
        }
        at = Math.min(end + 1, bytes.length);
      }
      if (at === 0) {
        throw badLine(path, { line: bytes, at: offset, isOpen: last });
      }
      return { taken: at, events };
    },
  };
}

/** Tells whether many lines all have a last field of more than some bytes. */
function areWider(
  lines: Uint8Array,
  width: number,
  options: { readonly decimalComma: boolean },
): boolean {
  const parser = new LineParser(0, options);
  let count = 0;
  for (let at = 0; at < lines.length; at++, count++) {
    at = parser.parse(lines, at);
    if (parser.width <= width) return false;
  }
  return count >= WIDTH_LINES;
}
