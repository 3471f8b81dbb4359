/**
 * Speed of making a synthetic recording in memory, in events/s.
 *
 * @module
 */

import assert from "node:assert/strict";
import { choosePeople } from "../dataset/synth/people.ts";
import { recordPerson } from "../dataset/synth/recording.ts";

for (const person of choosePeople(4, 0)) {
  let events = 0;
  let bestMs = Infinity;
  addEventListener("unload", () => {
    const rate = events / bestMs / 1000;
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
      const recording = recordPerson(person, 0);
      bench.end();
      bestMs = Math.min(bestMs, performance.now() - start);
      assert.equal(recording.signs.length, 19);
      events = recording.events.t.length;
    },
  });
}
