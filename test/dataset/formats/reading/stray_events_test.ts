import assert from "node:assert/strict";
import { openRecording } from "../../../../dataset/formats/open_recording.ts";
import { summarize } from "../../../../dataset/formats/reading/recording_summary.ts";

const LINES = Array.from(
  { length: 1000 },
  (_, i) => `${5000 + 10 * i},${i % 128},${(7 * i) % 96},${i % 2}`,
);

/** Summarizes some events of a small camera, and others in between. */
async function summaryWith(...strays: string[]) {
  const lines = [...LINES];
  for (const [n, line] of strays.entries()) lines.splice(400 * n, 0, line);
  const file = new File([`t_us,x,y,p\n${lines.join("\n")}\n`], "1.csv");
  return await summarize(await openRecording(file));
}

Deno.test("a summary counts a few events far from all others as faults", async () => {
  const plain = await summaryWith();
  assert.deepEqual(plain.faults, []);
  const others = "events outside the 128×96 pixels of all others, up to ";
  const far = "events far from all others in time, as at ";
  for (
    const [strays, faults] of [
      [["5005,900,3,1"], [[`${others}coordinate 900`, 1]]],
      [["5005,3,65535,1"], [[`${others}coordinate 65535`, 1]]],
      [["5005,60000,3,1", "9001,3,5000,1"], [[`${others}coordinate 60000`, 2]]],
      [["90000000,1,1,1"], [[`${far}90000000 µs`, 1]]],
      [["1700000000000000,1,1,1"], [[`${far}1700000000000000 µs`, 1]]],
      [["-80000,1,1,1"], [[`${far}-80000 µs`, 1]]],
      // One is so late that both are early beside it.
      [["1e12,1,1,1", "500000,1,1,1"], [[`${far}500000 µs`, 2]]],
      [
        ["1e12,1,1,1", "9001,3,5000,1"],
        [[`${others}coordinate 5000`, 1], [`${far}1000000000000 µs`, 1]],
      ],
    ] as const
  ) {
    const found = await summaryWith(...strays);
    const events = plain.events + strays.length;
    const on = plain.on + strays.length;
    assert.deepEqual(
      { ...found, faults: [] },
      { ...plain, faults: [], events, on, onShare: on / events },
      strays.join(),
    );
    assert.deepEqual(
      found.faults.map(({ problem, count }) => [problem, count]),
      faults,
    );
  }
});

Deno.test("a summary keeps events that may well be where others are few", async () => {
  for (const line of ["5005,400,3,1", "45000,1,1,1", "0,1,1,1"]) {
    const { events, faults } = await summaryWith(line);
    assert.deepEqual([events, faults], [1001, []]);
  }
  const many = Array.from({ length: 11 }, () => "9e9,5000,1,1");
  const { events, xMax, lastUs, faults } = await summaryWith(...many);
  assert.deepEqual([events, xMax, lastUs, faults], [1011, 5000, 9e9, []]);
  // A hot pixel has nearly all events.
  const hot = LINES.map((line, i) => i % 200 ? `${5000 + i},1,1,1` : line);
  const file = new File([`t_us,x,y,p\n${hot.join("\n")}\n`], "1.csv");
  assert.deepEqual((await summarize(await openRecording(file))).faults, []);
  const told = new File([`5000 5000\n${LINES.join("\n")}\n`], "1.csv");
  assert.deepEqual((await summarize(await openRecording(told))).faults, []);
});
