import assert from "node:assert/strict";
import { inspectAedat } from "../../../../dataset/formats/aedat2/aedat.ts";
import type { Events } from "../../../../dataset/events.ts";
import { drawOverview } from "../../../../scripts/views/pictures/terminal/recording_overview.ts";
import { temporaryFolder } from "../../../fixtures/temporary_folder.ts";
import { writeRecording } from "./picture_commands.ts";

type Axes = "reference" | "jaer";

/** The overview of a recording of these events. */
async function overviewOf(
  events: Events,
  columns: number,
  axes?: Axes,
): Promise<string[]> {
  await using folder = await temporaryFolder();
  const path = await writeRecording(folder.path, "some.aedat", events);
  const { durationUs } = await inspectAedat(path);
  return await drawOverview(path, { durationUs, columns, axes });
}

/** Events at these columns and rows, 10 ms apart, around 2³². */
function eventsAt(pixels: readonly (readonly [number, number])[]): Events {
  return {
    x: Uint16Array.from(pixels, ([x]) => x),
    y: Uint16Array.from(pixels, ([, y]) => y),
    t: Uint32Array.from(pixels, (_, i) => 2 ** 32 - 15_000 + 10_000 * i),
    p: new Uint8Array(pixels.length),
  };
}

Deno.test("an overview is as wide as the terminal, and 60 columns at most", async () => {
  const events = eventsAt([[0, 0], [127, 127], [60, 60]]);
  for (const columns of [1, 10, 42, 43, 60, 200]) {
    const [, ...lines] = await overviewOf(events, columns);
    const drawn = lines.filter((line) => /^[ ▁-█░-▓]+$/.test(line));
    const widest = Math.max(...drawn.map((line) => line.length));
    assert.equal(widest, Math.min(columns, 60));
  }
});

Deno.test("an overview shows the times and pixels of events", async () => {
  const events = eventsAt([[0, 0], [0, 0], [0, 0], [126, 6]]);
  events.t[1] = events.t[0] + 1;
  const lines = await overviewOf(events, 60);
  assert.equal(lines[0], "events over 60 ms, at most 2,000 events/s");
  const gap = (length: number) => " ".repeat(length);
  const rates = `█${gap(19)}█${gap(9)}█`;
  assert.deepEqual(
    lines.slice(1, 5).map((line) => line.trimEnd()),
    ["█", "█", rates, rates],
  );
  assert.equal(lines[6], "events in each pixel, y downwards");
  assert.deepEqual(
    lines.slice(7, 10).map((line) => line.trimEnd()),
    ["█", `${gap(42)}░`, ""],
  );
  // In the axes of jAER, x is the reversed y of the file.
  const jaer = await overviewOf(events, 60, "jaer");
  assert.equal(jaer[6], "events in each pixel, y upwards");
  assert.equal(jaer.at(-1)!.trimEnd(), `${gap(42)}█`);
});

Deno.test("an overview of a recording that is cut off shows what is before", async () => {
  await using folder = await temporaryFolder();
  const events = eventsAt([[0, 0], [127, 127], [60, 60]]);
  const path = await writeRecording(folder.path, "some.aedat", events);
  const size = { durationUs: 20_000, columns: 60 };
  const whole = await drawOverview(path, size);
  await Deno.writeFile(path, Uint8Array.of(0, 0, 1), { append: true });
  assert.deepEqual(await drawOverview(path, size), whole);
});
