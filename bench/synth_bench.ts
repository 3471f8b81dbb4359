/**
 * Speed of making a synthetic recording in memory, in events/s.
 *
 * @module
 */

import { choosePeople } from "../dataset/synth/people.ts";
import { recordPerson } from "../dataset/synth/recording.ts";

for (const person of choosePeople(4, 0)) {
  const { events, signs } = recordPerson(person, 0);
  if (signs.length !== 19) throw new Error(`There are ${signs.length} signs`);
  let bestMs = Infinity;
  addEventListener("unload", () => {
    const rate = events.t.length / bestMs / 1000;
    console.log(`${person.recording}: ${rate.toFixed(2)} M events/s`);
  });
  Deno.bench({
    name: person.recording,
    group: "synth",
    n: 3,
    warmup: 1,
    fn(bench) {
      const start = performance.now();
      bench.start();
      recordPerson(person, 0);
      bench.end();
      bestMs = Math.min(bestMs, performance.now() - start);
    },
  });
}
