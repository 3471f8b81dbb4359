import { deepStrictEqual } from "node:assert/strict";
import { playInTime } from "../../../scripts/follow/play_in_time.ts";
import { blockOf, type Row } from "../../dataset/formats/recordings.ts";

Deno.test("playInTime() hands events on when their time has come", async () => {
  const rows = [7, 8, 26, 27, 28, 95, 2007]
    .map((ms, i): Row => [i, 0, 1000 * ms, 0]);
  const blocks = [rows.slice(0, 3), rows.slice(3)].map(blockOf);
  // Each event takes 30 ms to classify.
  let time = 500;
  const clock = {
    now: () => time,
    wait: (ms: number) => Promise.resolve(void (time += ms)),
  };
  const played: [time: number, columns: number[]][] = [];
  for await (const { x } of playInTime(ReadableStream.from(blocks), clock)) {
    played.push([time - 500, [...x]]);
    time += 30 * x.length;
  }
  deepStrictEqual(played, [
    [20, [0, 1, 2]],
    [110, [3, 4]],
    [170, [5]],
    [2020, [6]],
  ]);
});
