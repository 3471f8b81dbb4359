/**
 * Command-line arguments that choose a sample and a part of it.
 *
 * @module
 */

import {
  argument,
  choice,
  integer,
  message,
  option,
  string,
} from "npm:@optique/core@1.3.6";
import { THEMES } from "../../charts/theme.ts";
import type { Arguments } from "../../../command_line/command.ts";
import { cropSample, type PixelWindow, type Sample } from "./sample.ts";

/** The arguments of all commands that draw a sample. */
export const SAMPLE_PARAMETERS = {
  sample: argument(string({ metavar: "SAMPLE" }), {
    description:
      message`A recording of any format or, with --store, PERSON/SIGN or PERSON/SIGN/N`,
  }),
  store: option("--store", string({ metavar: "DIR" }), {
    description: message`Store of slices that the sample is in, or its URL`,
  }).optional(),
  tag: option("--tag", string({ metavar: "SIGN" }), {
    description: message`Only this sign of a recording, by name or number`,
  }).optional(),
  tags: option("--tags", string({ metavar: "FILE" }), {
    description: message`The recording's tags [../tags/NAME.csv]`,
  }).optional(),
  classes: option("--classes", string({ metavar: "FILE" }), {
    description:
      message`Class names [../SL-Animals-DVS_gestures_definitions.csv]`,
  }).optional(),
  axes: option(
    "--axes",
    choice(["reference", "jaer"], { metavar: "reference|jaer" }),
    {
      description:
        message`Axes of AEDAT 1.0 and 2.0: as in SLAYER's programs, or as in jAER [reference with --tag and runs on such data, else upright]`,
    },
  ).optional(),
  timeUnit: option("--time-unit", choice(["s", "ms", "us", "ns"]), {
    description:
      message`Unit of times in text and NumPy files that do not state it`,
  }).optional(),
  from: option("--from", integer({ metavar: "N", min: 0 }), {
    description: message`Draw from this ms on, counted from the first event`,
  }).optional(),
  to: option("--to", integer({ metavar: "N", min: 1 }), {
    description: message`Draw until this ms`,
  }).optional(),
  crop: option("--crop", string({ metavar: "X,Y,WIDTH,HEIGHT" }), {
    description: message`Draw only these pixels`,
  }).optional(),
  theme: option("--theme", choice(THEMES, { metavar: "light|dark" }), {
    description: message`Background and colours`,
  }).withDefault("light"),
  out: option("--out", string({ metavar: "DIR" }), {
    description: message`Folder to write to`,
  }).withDefault("output"),
} as const;

/**
 * Crops a sample to the part that arguments choose.
 *
 * @param sample The sample.
 * @param part The arguments.
 * @returns That part.
 * @throws {RangeError} If there is no such part, or it has no events.
 */
export function takePart(
  sample: Sample,
  { from, to, crop }: Pick<
    Arguments<typeof SAMPLE_PARAMETERS>,
    "from" | "to" | "crop"
  >,
): Sample {
  const pixels = crop === undefined ? undefined : parseWindow(crop);
  return cropSample(sample, { from, to, pixels });
}

function parseWindow(crop: string): PixelWindow {
  const [x, y, width, height] = crop.split(",").map((part) =>
    /^\d{1,9}$/.test(part) ? Number(part) : NaN
  );
  if (!(x >= 0 && y >= 0 && width > 0 && height > 0) || crop.split(",")[4]) {
    throw new RangeError(
      `Cannot crop to "${crop}": four whole numbers X,Y,WIDTH,HEIGHT are needed`,
    );
  }
  return { x, y, width, height };
}
