/**
 * `deno task convert`: writes a recording in another format.
 *
 * @module
 */

import {
  argument,
  choice,
  message,
  option,
  string,
} from "npm:@optique/core@1.3.6";
import { fileProblem } from "../../dataset/files/file_problem.ts";
import type { OpenRecording } from "../../dataset/formats/reading/format.ts";
import { openRecording } from "../../dataset/formats/open_recording.ts";
import { encodeRecording } from "../../dataset/formats/writing/encode_recording.ts";
import { runCommand } from "../command_line/command.ts";

await runCommand({
  name: "deno task convert",
  summary: "Writes a recording in the format that the ending of OUT names: " +
    ".aedat (AEDAT 2.0), .aedat4 (AEDAT 4), .raw (Prophesee EVT 3.0), .bin " +
    "(N-MNIST), .csv or .npz (NumPy).",
  examples: [
    "deno task convert hand.raw hand.npz",
    "deno task convert hand.txt hand.aedat --time-unit ms",
  ],
  parameters: {
    input: argument(string({ metavar: "IN" }), {
      description: message`The recording, in any format that can be read`,
    }),
    output: argument(string({ metavar: "OUT" }), {
      description: message`The new file`,
    }),
    json: option("--json", { description: message`Print JSON` }),
    timeUnit: option("--time-unit", choice(["s", "ms", "us", "ns"]), {
      description: message`Unit of the times in text and NumPy files`,
    }).optional(),
  },
}, async ({ input, output, json, timeUnit }) => {
  const recording = await openRecording(input, { timeUnit });
  const bytes = await writeNew(recording, output);
  const { format, faults } = recording;
  if (json) {
    console.log(JSON.stringify({ format, faults, output, bytes }));
    return;
  }
  console.log(`${output}: ${bytes} bytes, from ${format}`);
  for (const { problem, count, offset } of faults) {
    console.log(`left out: ${problem}: ${count}, the first at byte ${offset}`);
  }
});

/** Writes a new file, and removes it again if not all of it can be written. */
async function writeNew(
  recording: OpenRecording,
  path: string,
): Promise<number> {
  const pieces = encodeRecording(recording, path);
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
  return bytes;
}
