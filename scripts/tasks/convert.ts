/**
 * `deno task convert`: writes a recording, or a network, in another format.
 *
 * @module
 */

import {
  argument,
  choice,
  float,
  integer,
  message,
  option,
  string,
} from "npm:@optique/core@1.3.6";
import { basename } from "node:path";
import { counted } from "../../dataset/files/counted.ts";
import { fileProblem } from "../../dataset/files/file_problem.ts";
import { faultInWords } from "../../dataset/formats/reading/fault_counts.ts";
import type { OpenRecording } from "../../dataset/formats/reading/format.ts";
import { openRecording } from "../../dataset/formats/open_recording.ts";
import {
  encodeRecording,
  guessedSensor,
  lossOfTimes,
  WRITTEN_ENDINGS,
} from "../../dataset/formats/writing/encode_recording.ts";
import { isRecording } from "../../dataset/layouts/folder_tree.ts";
import {
  type Conversion,
  convertNetwork,
  isNetwork,
} from "../bridges/convert_network.ts";
import { findRecording } from "../bridges/run_folder.ts";
import { runCommand } from "../command_line/command.ts";

await runCommand({
  name: "deno task convert",
  summary: "Writes a recording in the format that the ending of OUT names: " +
    ".aedat (AEDAT 2.0), .aedat4 (AEDAT 4), .raw (Prophesee EVT 3.0), .bin " +
    "(N-MNIST), .bs1, .bs2 or .bs3 (SLAYER: neurons, pixels, and pixels in 12 " +
    "bits), .csv, or .npy (a row an event, as slayerPytorch reads it with " +
    "timeUnit=1e-6) or .npz (NumPy). A network becomes a .nir graph or a " +
    ".net of lava-dl; one of another program becomes a .yaml and a " +
    ".safetensors, from which training can start.",
  examples: [
    "deno task convert hand.raw hand.npz",
    "deno task convert hand.txt hand.aedat --time-unit ms",
    "deno task convert output signs.nir",
    "deno task convert signs.nir signs.yaml --dt 0.001",
    "deno task convert net.pth net.safetensors --config net.yaml " +
    "--sensor 34x34",
  ],
  parameters: {
    input: argument(string({ metavar: "IN" }), {
      description:
        message`The recording, in any format that can be read, or the network: .nir, .net, .pth of PyTorch, .safetensors or a run folder`,
    }),
    output: argument(string({ metavar: "OUT" }), {
      description: message`The new file`,
    }),
    json: option("--json", { description: message`Print JSON` }),
    timeUnit: option("--time-unit", choice(["s", "ms", "us", "ns"]), {
      description:
        message`Unit of times in text and NumPy files that do not state it`,
    }).optional(),
    config: option("--config", string({ metavar: "FILE" }), {
      description: message`The configuration of the weights in IN`,
    }).optional(),
    fold: option("--fold", integer({ metavar: "N", min: 1, max: 9 }), {
      description: message`Fold of the run whose weights are taken [1]`,
    }).optional(),
    sensor: option("--sensor", string({ metavar: "WxH[xC]" }), {
      description:
        message`Size of the sensor, and its channels if they are not two [that of the configuration's data]`,
    }).optional(),
    dt: option("--dt", float({ metavar: "S", max: 1e3 }), {
      description:
        message`Time step in s at which a .nir or .net is read and written [that of the file or network, or 0.0001 for a .nir and 0.001 for a .net]`,
    }).optional(),
  },
}, async ({ input, output, json, timeUnit, ...options }) => {
  await requireSameKind(input, output);
  requireStep(options.dt);
  const isFolder = await Deno.stat(input).then(
    ({ isDirectory }) => isDirectory,
    () => false,
  );
  // Of folders only those of runs can be converted.
  if (isNetwork(input) || isNetwork(output) || isFolder) {
    const sensor = sizeOf(options.sensor);
    const done = await convertNetwork(input, output, { ...options, sensor });
    if (json) console.log(JSON.stringify(done));
    else for (const line of inWords(done)) console.log(line);
    return;
  }
  const recording = await openRecording(input, { timeUnit });
  const sensor = await guessedSensor(output, recording);
  const { bytes, events, firstUs } = await writeNew(
    sensor ? { ...recording, sensor } : recording,
    output,
  );
  const { format, faults } = recording;
  const loss = lossOfTimes(output, firstUs);
  const notes = [
    ...loss === undefined ? [] : [loss],
    ...sensor === undefined ? [] : [
      `its sensor is not told: ${sensor.width}×${sensor.height} is written, ` +
      "guessed from its events",
    ],
  ];
  if (json) {
    console.log(
      JSON.stringify({ format, faults, output, bytes, events, notes }),
    );
    return;
  }
  const without = events === 0 ? " without an event" : "";
  console.log(`${output}: ${bytes} bytes${without}, from ${format}`);
  for (const note of notes) console.log(note);
  for (const fault of faults) console.log(`left out: ${faultInWords(fault)}`);
});

/** Requires two recordings or two networks. */
async function requireSameKind(input: string, output: string): Promise<void> {
  if (isRecording(basename(input)) && isNetwork(output)) {
    throw new Error(
      `Cannot write "${output}": its name is that of a network, and ` +
        `"${input}" is a recording, which can become ` +
        WRITTEN_ENDINGS.join(", "),
    );
  }
  if (!isRecording(basename(output))) return;
  const info = await Deno.stat(input).catch(() => undefined);
  const recording = info?.isDirectory && !isNetwork(input)
    ? await findRecording(input)
    : undefined;
  if (recording !== undefined) {
    throw new Error(
      `Cannot write "${output}": "${input}" is a folder of recordings, which ` +
        `are converted one by one; give one of them, such as "${recording}"`,
    );
  }
  if (isNetwork(input) || info?.isDirectory) {
    throw new Error(
      `Cannot write "${output}": its name is that of a recording, and ` +
        `"${input}" is a network, which can become .nir, .net, .yaml, ` +
        ".safetensors",
    );
  }
}

/** Requires a time step that is above 0. */
function requireStep(dt: number | undefined): void {
  if (dt === undefined || dt > 0) return;
  throw new RangeError(`Cannot use --dt ${dt}: expected more than 0 s`);
}

/** Reads a sensor size such as 34x34, or 34x34x2 with channels. */
function sizeOf(text: string | undefined) {
  if (text === undefined) return undefined;
  const [, ...sides] =
    /^(\d{1,5})[x×](\d{1,5})(?:[x×](\d{1,5}))?$/.exec(text) ?? [];
  const [width, height, channels = "2"] = sides;
  if (!(Number(width) > 0 && Number(height) > 0 && Number(channels) > 0)) {
    throw new RangeError(`Cannot use a sensor of "${text}": expected 34x34`);
  }
  return {
    width: Number(width),
    height: Number(height),
    ...sides[2] !== undefined && { channels: Number(channels) },
  };
}

/** Describes the files written, and how well networks agree. */
function inWords({ files, notes, lossy, check }: Conversion): string[] {
  const by = files.every(({ path }) => /\.safetensors$/i.test(path))
    ? "in the weights read back"
    : "by the equations of the file";
  return [
    ...files.map(({ path, bytes }) => `${path}: ${bytes} bytes`),
    ...notes,
    ...check?.layers.map(({ name, spikes, others, differing }) =>
      `check: ${name} has ${counted(spikes, "spike")}, ` +
      (differing === 0
        ? spikes === 0 ? "nothing to compare" : `0 differ ${by}`
        : `and ${others} ${by}, ${differing} in one of the two alone`)
    ) ?? [],
    ...(check?.readout === undefined ? [] : [
      `check: the readout differs by ${check.readout.toPrecision(2)} of its ` +
      "largest drive",
    ]),
    ...decisionsOf(check?.decisions),
    ...(lossy ? ["lossy: the written network is another one"] : []),
  ];
}

/** Reports how often both networks predict the same class. */
function decisionsOf(
  decisions: NonNullable<Conversion["check"]>["decisions"],
): string[] {
  if (!decisions) return [];
  const { samples, equal } = decisions;
  return samples === 0
    ? ["check: no sample of random spikes has a class here to compare"]
    : [
      `check: ${equal} of ${samples} samples of random spikes get the same class`,
    ];
}

/**
 * Writes a new file; removes it if writing fails. Returns its size, its number
 * of events and the time of the first one, 0 without any.
 */
async function writeNew(
  recording: OpenRecording,
  path: string,
): Promise<{
  readonly bytes: number;
  readonly events: number;
  readonly firstUs: number;
}> {
  let [events, firstUs] = [0, 0];
  async function* blocks() {
    // Some formats are written in two passes over the recording.
    events = 0;
    for await (const block of recording.blocks()) {
      if (events === 0) firstUs = block.t[0];
      events += block.t.length;
      yield block;
    }
  }
  const pieces = encodeRecording({ ...recording, blocks }, path);
  const cannot = (cause: unknown) =>
    new Error(`Cannot write "${path}": ${fileProblem(cause)}`, { cause });
  const file = await Deno.open(path, { write: true, createNew: true })
    .catch((cause) => {
      throw cause instanceof Deno.errors.AlreadyExists
        ? new Error(`Cannot write "${path}": it is there already`, { cause })
        : cannot(cause);
    });
  let bytes = 0;
  try {
    for await (const piece of pieces) {
      for (let at = 0; at < piece.length;) {
        at += await file.write(piece.subarray(at)).catch((cause) => {
          throw cannot(cause);
        });
      }
      bytes += piece.length;
    }
  } catch (error) {
    file.close();
    await Deno.remove(path);
    throw error;
  }
  file.close();
  return { bytes, events, firstUs };
}
