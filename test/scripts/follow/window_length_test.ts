import { deepStrictEqual, throws } from "node:assert/strict";
import { DVS128 } from "../../../dataset/events.ts";
import { SampleSet } from "../../../dataset/samples/sample_set.ts";
import type { SampleSource } from "../../../dataset/sample_source.ts";
import type { Fold } from "../../../scripts/experiment/fold.ts";
import { parseConfiguration } from "../../../scripts/configuration/configuration.ts";
import { windowLength } from "../../../scripts/follow/window_length.ts";

const SLICES = `
input: {slices: 10}
network: [{dense: 2, neuron: none}]
neuron: {type: LIF}
training: {binning_mode: SUM, optimizer: ADAMW, error: {type: CrossEntropy}}
`;

const parse = (text: string) => parseConfiguration(text, "/network.yaml");

/** A fold that trains on the first three samples, of some durations in µs. */
function foldOf(
  key: "slices" | "samples",
  durations: readonly (number | undefined)[],
): Fold {
  const source = {
    sensor: DVS128,
    timing: { unitUs: 1, fromFirstEvent: true },
    classes: ["clap", "wave"],
    labels: durations.map(() => 0),
    [key]: durations.map((durationUs) => ({ durationUs })),
  } as unknown as SampleSource;
  return {
    number: 1,
    train: new SampleSet(source, { indices: [0, 1, 2] }),
    test: new SampleSet(source, { indices: [3] }),
  };
}

Deno.test("windowLength() is what is asked for, then that of training, then the median", () => {
  const plain = parse(SLICES);
  const cut = parse(`data: {path: x, window: 0.5 s}\n${SLICES}`);
  for (const key of ["slices", "samples"] as const) {
    // The fourth is for test.
    const fold = foldOf(key, [900_000, 1_200_400, 3_000_000, 1]);
    deepStrictEqual(
      [
        windowLength(cut, { asked: 700, fold }),
        windowLength(cut, { fold }),
        windowLength(plain, { fold }),
      ],
      [
        { ms: 700, guessed: false },
        { ms: 500, guessed: false },
        { ms: 1200, guessed: true },
      ],
    );
  }
  throws(
    () => windowLength(plain, { fold: foldOf("samples", []) }),
    /^RangeError: Cannot follow: .+ need a length \(--window\)$/,
  );
});

Deno.test("windowLength() is that of samples in bins, whatever they are", () => {
  const bins = parse("simulation: {Ts: 1, tSample: 300}");
  const fold = foldOf("samples", [900_000]);
  deepStrictEqual(
    [undefined, 300].map((asked) => windowLength(bins, { asked, fold })),
    [{ ms: 300, guessed: false }, { ms: 300, guessed: false }],
  );
  throws(
    () => windowLength(bins, { asked: 500, fold }),
    /^RangeError: Cannot follow in windows of 500 ms: samples of the network are of 300 ms, in bins and not in slices$/,
  );
});
