import assert from "node:assert/strict";
import { join } from "node:path";
import { fileNameOfPath } from "../../../scripts/views/pictures/samples/file_name.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";
import {
  draw,
  FOUR,
  list,
  writeRecording,
} from "../views/pictures/picture_commands.ts";
import { type Gif, readGif } from "../views/pictures/read_gif.ts";

/** Animates the four events. */
async function animateFour(...args: string[]): Promise<Gif> {
  await using folder = await temporaryFolder();
  const path = await writeRecording(folder.path, "four.aedat", FOUR);
  const out = join(folder.path, "out");
  const axes = ["--axes", "reference"];
  const outcome = await draw("animate", [
    ...[path, "--out", out, ...axes],
    ...args,
  ]);
  assert.deepEqual([outcome.code, outcome.stderr], [0, ""]);
  const [name, ...others] = await list(out);
  assert.deepEqual(others, []);
  assert(outcome.stdout.startsWith(`${join(out, name)}: `), outcome.stdout);
  return await readGif(join(out, name));
}

Deno.test("animate shows 50 ms a frame in grey, for ever", async () => {
  const gif = await animateFour();
  const { width, height, loopCount, delays } = gif;
  assert.deepEqual([width, loopCount, delays.length], [512, 0, 3]);
  assert(height > 512);
  const middle = gif.colourAt(0, 0, 0);
  // A pixel of the sensor is 4 wide and 4 high.
  const at = (frame: number, x: number, y: number) => {
    const colour = gif.colourAt(frame, 4 * x, 4 * y);
    assert.equal(gif.colourAt(frame, 4 * x + 3, 4 * y + 3), colour);
    return colour;
  };
  assert.deepEqual(
    [0, 1, 2].map((frame) => [at(frame, 10, 5), at(frame, 20, 6)]),
    [["#ffffff", "#000000"], [middle, middle], ["#000000", middle]],
  );
  assert.equal(at(2, 30, 7), "#ffffff");
});

Deno.test("animate colours pixels by what happened in them", async () => {
  const gif = await animateFour("--colours", "polarity", "--window", "101");
  const [on, off, both, ground] = [[30, 7], [20, 6], [10, 5], [0, 0]].map(
    ([x, y]) => gif.colourAt(0, 4 * x, 4 * y),
  );
  assert.deepEqual(
    [on, off, both, ground],
    ["#d97700", "#0b4f8a", "#1f2328", "#ffffff"],
  );
});

Deno.test("animate passes as fast as it is asked to", async () => {
  for (const rate of [10, 24, 50]) {
    const args = ["--rate", `${rate}`, "--window", "1", "--size", "128"];
    const { delays } = await animateFour(...args);
    assert.equal(delays.length, 101);
    const total = delays.reduce((sum, delay) => sum + delay, 0);
    assert.equal(total, Math.round(100 * 101 / rate));
  }
  // 100 ms in 400 ms, at 25 frames/s.
  const slow = await animateFour(
    ...["--rate", "25", "--slow", "4", "--window", "1", "--size", "128"],
  );
  assert.equal(slow.delays.length, 11);
  assert(slow.delays.every((delay) => delay === 4));
});

Deno.test("animate prints as JSON what it has made", async () => {
  await using folder = await temporaryFolder();
  const path = await writeRecording(folder.path, "four.aedat", FOUR);
  const out = join(folder.path, "out");
  const args = [path, "--out", out, "--size", "128", "--json"];
  const { code, stdout, stderr } = await draw("animate", args);
  assert.deepEqual([code, stderr], [0, ""]);
  const { files: [file, ...others], speed, ...rest } = JSON.parse(stdout);
  const { width, height, delays } = await readGif(file.path);
  assert.deepEqual(file, {
    path: join(out, `${fileNameOfPath(path)}.gif`),
    ...{ kind: "animation", theme: "light", form: "gif" },
  });
  assert.deepEqual(others, []);
  assert.deepEqual(rest, {
    sample: "four",
    ...{ frames: delays.length, width, height },
  });
  // 50 ms a frame, 24 frames/s.
  assert(Math.abs(speed - 1.2) < 1e-9, `${speed}`);
});

Deno.test("animate takes a part, at a size", async () => {
  const args = ["--crop", "10,5,21,3", "--size", "260", "--from", "50"];
  const gif = await animateFour(...args);
  // Twelve times 21 pixels fit; that is too narrow for a line of words.
  assert.deepEqual([gif.width, gif.height], [252, 36]);
  assert.deepEqual(gif.delays.length, 2);
  assert.equal(gif.colourAt(1, 0, 0), "#000000");
  assert.equal(gif.colourAt(1, 251, 35), "#ffffff");
});
