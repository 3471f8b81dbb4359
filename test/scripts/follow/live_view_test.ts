import {
  deepStrictEqual,
  notStrictEqual,
  strictEqual,
} from "node:assert/strict";
import { LiveView } from "../../../scripts/follow/live_view.ts";
import { blockOf } from "../../dataset/formats/recordings.ts";

Deno.test("LiveView collects the running decision, a picture and past windows", () => {
  const view = new LiveView({
    source: "user00.raw",
    classes: ["clap", "wave"],
    sensor: { width: 4, height: 3 },
    windowMs: 500,
    bins: 10,
  });
  let told = 0;
  const remove = view.listen(() => told++);
  deepStrictEqual(
    [view.part.window, view.part.time, view.part.picture, view.part.leads],
    ["Windows of 500 ms", "no window yet", undefined, undefined],
  );
  // One event outside the sensor, and one that ends the first 100 ms.
  view.add(blockOf([[1, 1, 0, 1], [9, 1, 10, 1], [2, 2, 150_000, 0]]));
  const { picture } = view.part;
  notStrictEqual(picture, undefined);
  const verdict = {
    window: 0,
    bins: 3,
    ended: false,
    events: 2,
    label: undefined,
    scores: [0, 0],
    shares: [0, 0],
    latencyMs: 11.6,
  };
  view.show(verdict);
  const { window, progress, time } = view.part;
  deepStrictEqual(
    [window, progress, time],
    ["0.00 to 0.50 s, 2 events, decided after 12 ms", 0.3, "0.1 s"],
  );
  view.show({ ...verdict, ended: true });
  for (let n = 1; n < 12; n++) {
    const shares = [0.25, 0.75];
    view.show({
      ...verdict,
      window: n,
      bins: 10,
      ended: true,
      label: 1,
      shares,
    });
  }
  view.end();
  strictEqual(told, 14);
  remove();
  view.add(blockOf([[1, 1, 230_000, 1]]));
  view.end();
  strictEqual(told, 14);
  const { past, leads, classes, ...others } = view.part;
  deepStrictEqual([past.length, past[1], past[8]], [
    9,
    ["5.50 s", "wave", "75 %", "2"],
    ["2.00 s", "wave", "75 %", "2"],
  ]);
  deepStrictEqual([leads, classes[1]], [1, { name: "wave", share: 0.75 }]);
  strictEqual(others.time, "0.2 s, ended");
  notStrictEqual(others.picture, picture);
});
