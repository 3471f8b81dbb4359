/**
 * `deno task synth`: writes a synthetic data set.
 *
 * @module
 */

import { integer, message, option, string } from "npm:@optique/core@1.3.6";
import { counted } from "../../dataset/files/counted.ts";
import { PEOPLE } from "../../dataset/synth/people.ts";
import {
  writeSyntheticDataset,
  type WrittenRecording,
} from "../../dataset/synth/write.ts";
import { runCommand } from "../command_line/command.ts";
import { createProgress } from "../command_line/progress.ts";

await runCommand({
  name: "deno task synth",
  summary: "Writes synthetic recordings, laid out like SL-Animals-DVS.",
  examples: [
    "deno task synth --out data",
    "deno task synth --out data --people 12 --seed 1",
    "deno task synth --out data --json",
  ],
  parameters: {
    out: option("--out", string({ metavar: "DIR" }), {
      description: message`Folder to write; created if it is missing`,
    }),
    people: option("--people", integer({ metavar: "N", min: 1, max: PEOPLE }), {
      description: message`Number of people who sign`,
    }).withDefault(PEOPLE),
    seed: option("--seed", integer({ metavar: "N", min: 0 }), {
      description: message`Seed of all random numbers`,
    }).withDefault(0),
    json: option("--json", {
      description: message`Print JSON, with the events of every recording`,
    }),
  },
}, async ({ out, people, seed, json }) => {
  using progress = json
    ? undefined
    : createProgress({ total: people, label: "recordings" });
  const recordings: WrittenRecording[] = [];
  for await (const written of writeSyntheticDataset({ out, people, seed })) {
    recordings.push(written);
    progress?.update(recordings.length);
  }
  if (json) console.log(JSON.stringify({ out, recordings }));
  const events = recordings.reduce((sum, { events }) => sum + events, 0);
  progress?.finish(
    `${out}: ${counted(recordings.length, "recording")}, ` +
      counted(events, "event"),
  );
});
