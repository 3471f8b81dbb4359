/**
 * `deno task synth`: writes a synthetic data set.
 *
 * @module
 */

import { PEOPLE } from "../dataset/synth/people.ts";
import { writeSyntheticDataset } from "../dataset/synth/write.ts";
import { integer, runCommand, text, withDefault } from "./command_line.ts";
import { createProgress } from "./progress.ts";

await runCommand({
  name: "deno task synth",
  summary: "Writes synthetic recordings, laid out like SL-Animals-DVS.",
  examples: [
    "deno task synth --out data",
    "deno task synth --out data --people 12 --seed 1",
  ],
  parameters: {
    out: text("--out", "DIR", "Folder to write, made if it is not there"),
    people: withDefault(
      integer("--people", "How many people sign", { min: 1, max: PEOPLE }),
      PEOPLE,
    ),
    seed: withDefault(
      integer("--seed", "What all chance depends on", { min: 0 }),
      0,
    ),
  },
}, async ({ out, people, seed }) => {
  using progress = createProgress({ total: people, label: "recordings" });
  let [recordings, events] = [0, 0];
  for await (const written of writeSyntheticDataset({ out, people, seed })) {
    recordings += 1;
    events += written.events;
    progress.update(recordings);
  }
  progress.finish(`${out}: ${recordings} recordings, ${events} events`);
});
