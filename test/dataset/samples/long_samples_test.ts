import assert from "node:assert/strict";
import { elapsedTimes } from "../../../dataset/events.ts";
import { RecordingError } from "../../../dataset/files/errors.ts";
import { packSample } from "../../../dataset/pack.ts";
import { openSamples } from "../../../dataset/samples/open_samples.ts";
import { openSample } from "../../../scripts/views/pictures/samples/open_sample.ts";

const MINUTE = 60_000_000;

/** Writes a recording of a class with events at these minutes. */
async function recordingOf(minutes: readonly number[]): Promise<string> {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/wave`);
  // The recording starts where a 32-bit clock has wrapped often.
  const rows = minutes.map((minute) => `${10 ** 12 + minute * MINUTE},5,7,1`);
  const text = `t_us,x,y,p\n${rows.join("\n")}\n`;
  await Deno.writeTextFile(`${folder}/wave/1.csv`, text);
  return folder;
}

Deno.test("samples of up to 71 min keep the times of their events", async () => {
  const minutes = [0, 30, 50, 71];
  const folder = await recordingOf(minutes);
  try {
    const source = await openSamples(folder);
    const { sensor, timing } = source;
    assert.equal(source.samples[0].durationUs, 71 * MINUTE + 1);
    const events = await source.events(0);
    const times = minutes.map((minute) => minute * MINUTE);
    assert.deepEqual([...events.t], times);
    assert.deepEqual([...elapsedTimes(events.t)], times);
    const { words, addressBits } = packSample(events, {
      method: "slices",
      slices: 72,
      Ts: 0,
      sensor,
      timing,
    });
    const bins = [...words].map((word) => word >>> addressBits);
    assert.deepEqual(bins, [0, 30, 50, 71]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

for (
  const [minutes, problem] of [
    [[0, 30, 60, 72], "it lasts 72 min, a sample at most 71 min"],
    [[0, 40], "it has no event for 40 min, a sample for 35 min at most"],
  ] as const
) {
  Deno.test(`a sample is refused if ${problem}, unless windows cut it`, async () => {
    const folder = await recordingOf(minutes);
    const path = `${folder}/wave/1.csv`;
    const refusal = (error: unknown) =>
      error instanceof RecordingError && error.path === path &&
      error.message.endsWith(
        `${problem}; windows cut it (data.window, --window)`,
      );
    try {
      await assert.rejects(openSamples(folder), refusal);
      await assert.rejects(openSample({ sample: path }), refusal);
      const { samples } = await openSamples(folder, { window: 1000 });
      assert.equal(samples.length, minutes.length - 1);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
