/**
 * Arguments that name a sample and a part of it.
 *
 * @module
 */

import { THEMES } from "../../charts/theme.ts";
import {
  argument,
  type Arguments,
  choice,
  integer,
  optional,
  text,
  withDefault,
} from "../../command_line/command.ts";
import { cropSample, type PixelWindow, type Sample } from "./sample.ts";

/** The arguments of every command that draws a sample. */
export const SAMPLE_PARAMETERS = {
  sample: argument(
    "SAMPLE",
    "A recording (.aedat), a slice (.npy), a digit of N-MNIST (.bs2, .bin) " +
      "or, with --store, PERSON/SIGN",
  ),
  store: optional(
    text("--store", "DIR", "Store of slices that the sample is in"),
  ),
  tag: optional(
    text("--tag", "SIGN", "Only this sign of a recording, by name or number"),
  ),
  tags: optional(
    text("--tags", "FILE", "The recording's tags [../tags/NAME.csv]"),
  ),
  classes: optional(
    text(
      "--classes",
      "FILE",
      "Class names [../SL-Animals-DVS_gestures_definitions.csv]",
    ),
  ),
  axes: withDefault(
    choice(
      "--axes",
      ["reference", "jaer"],
      "Where x and y lead in files: as in SLAYER's programs, or as in jAER",
    ),
    "reference",
  ),
  from: optional(
    integer("--from", "Draw from this ms on, counted from the first event", {
      min: 0,
    }),
  ),
  to: optional(integer("--to", "Draw until this ms", { min: 1 })),
  crop: optional(
    text("--crop", "X,Y,WIDTH,HEIGHT", "Draw only these pixels"),
  ),
  theme: withDefault(
    choice("--theme", THEMES, "Ground and colours"),
    "light",
  ),
  out: withDefault(text("--out", "DIR", "Folder to write to"), "output"),
} as const;

/**
 * Takes the part of a sample that arguments name.
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
