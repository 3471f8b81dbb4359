import assert from "node:assert/strict";
import {
  formatConfiguration,
  parseConfiguration,
} from "../../../scripts/configuration/configuration.ts";
import type { Configuration } from "../../../scripts/configuration/schema/types.ts";
import { SL_ANIMALS } from "./configuration_files.ts";
import { fc } from "../../fixtures/properties.ts";

/** Any configuration. */
function anyConfiguration(): fc.Arbitrary<Configuration> {
  const positive = fc.double({ min: 1e-9, max: 1e12, noNaN: true });
  const moderate = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
  const count = fc.integer({ min: 1, max: 1e6 });
  const pair = fc.oneof(count, fc.tuple(count, count));
  const path = fc.string().map((name) => `/data/x${name.replaceAll("/", "")}`);
  const notNegative = fc.oneof(fc.constant(0), positive);
  const fraction = fc.double({ min: 0, max: 1, noNaN: true });
  const loss = fc.constantFrom("NumSpikes", "SpikeTime", "ProbSpikes");
  // The times that it wants, by bins that differ.
  const train = (Ts: number, bins: number) =>
    fc.uniqueArray(fc.nat(bins - 1), { maxLength: 5 })
      .map((places) => places.map((place) => Ts * place));
  const target = (Ts: number, bins: number) =>
    fc.record({
      type: loss,
      tgtSpikeRegion: fc.nat(bins - 1).chain((start) =>
        fc.integer({ min: start + 1, max: bins }).map((stop) => ({
          start: Ts * start,
          stop: Ts * stop,
        }))
      ),
      // In the shortest region, of one bin, a neuron spikes once at most.
      tgtSpikeCount: fc.record({ true: fraction, false: fraction }),
      tgtSpikeTimes: fc.record({
        true: train(Ts, bins),
        false: train(Ts, bins),
      }),
      probSlidingWin: fc.integer({ min: 1, max: bins }).map((n) => Ts * n),
    });
  const windows = fc.oneof(
    fc.record({ pool: count }),
    fc.record({
      conv: fc.record({
        out: count,
        kernel: pair,
        stride: pair,
        padding: pair,
        dilation: pair,
        groups: fc.constant(1),
        weightScale: moderate,
      }, { requiredKeys: ["out", "kernel"] }),
    }),
  );
  const dense = fc.oneof(
    fc.record({ dense: count }),
    fc.record({
      dense: fc.record({ out: count, weightScale: moderate }, {
        requiredKeys: ["out"],
      }),
    }),
  );
  const paths = fc.record({
    out: path,
    data: path,
    file_list: path,
    cache: path,
    store: path,
  });
  const lists = fc.record({ in: path, train: path, test: path });
  const filter = fc.record({
    hot_pixels: positive,
    hot_ratio: positive,
    background_activity: positive,
    downsample_space: count,
    downsample_time: positive,
  }, { requiredKeys: [] });
  const augmentation = fc.record({
    drop: fraction,
    flip_x: fraction,
    flip_y: fraction,
    shift: fc.nat(),
    time_jitter: notNegative,
  }, { requiredKeys: [] });
  const schedule = fc.oneof(
    fc.record({ type: fc.constant("exponential" as const), gamma: positive }),
    fc.record({ type: fc.constant("cosine" as const), lr_min: notNegative }),
    fc.record({
      type: fc.constant("step" as const),
      epochs: count,
      gamma: positive,
    }),
  );
  return fc.tuple(moderate, fc.integer({ min: 1, max: 5000 })).chain((
    [Ts, bins],
  ) =>
    fc.record({
      simulation: fc.record({
        Ts: fc.constant(Ts),
        tSample: fc.constant(Ts * bins),
        nSample: count,
      }),
      neuron: fc.record({
        type: fc.constant("SRMALPHA" as const),
        theta: moderate,
        tauSr: moderate,
        tauRef: moderate,
        scaleRef: moderate,
        tauRho: moderate,
        scaleRho: moderate,
      }),
      training: fc.record({
        transf_method: fc.constantFrom("SlayerTD", "TonicFrames"),
        random_crop: fc.constant(false),
        binning_mode: fc.constantFrom("OR", "SUM", "SUM_NORM"),
        sliced_dataset: fc.boolean(),
        shuffle: fc.boolean(),
        seed: fc.nat(2 ** 32 - 2),
        init: fc.constantFrom("random", "live"),
        optimizer: fc.constantFrom("ADAM", "NADAM", "SGD"),
        lr: positive,
        clip: positive,
        accumulate: count,
        weightDecay: notNegative,
        epochs: count,
        CNN: fc.boolean(),
        checkpoint: fc.record({ batches: count, minutes: positive }, {
          requiredKeys: ["minutes"],
        }),
        schedule,
        filter,
        augmentation,
        error: target(Ts, bins),
        path: fc.oneof(
          paths,
          fc.tuple(paths, lists).map(([paths, lists]) => ({
            ...paths,
            ...lists,
          })),
        ),
      }),
      testing: fc.record({
        tSample: fc.constant(Ts * bins),
        error: target(Ts, bins),
      }),
      // Windows that fit into some sensor.
      network: fc.tuple(
        fc.array(windows, { maxLength: 1 }),
        fc.array(dense, { minLength: 1, maxLength: 4 }),
      ).map((layers) => layers.flat()),
    }, { requiredKeys: ["simulation", "neuron", "training"] })
  );
}

Deno.test("formatConfiguration() writes what reads the same", () => {
  fc.assert(
    fc.property(anyConfiguration(), (given) => {
      const configuration = structuredClone(given);
      const text = formatConfiguration(configuration);
      assert.deepEqual(
        parseConfiguration(text, "/elsewhere/config.yaml"),
        configuration,
      );
    }),
    { seed: 2, numRuns: 100 },
  );
});

Deno.test("formatConfiguration() writes the same again of what it wrote", () => {
  const short = ["{}", "training: {error: {type: ProbSpikes}}", "testing: {}"];
  for (const text of [SL_ANIMALS, ...short]) {
    const written = formatConfiguration(parseConfiguration(text, "a.yaml"));
    const again = parseConfiguration(written, "/elsewhere/config.yaml");
    assert.equal(formatConfiguration(again), written);
  }
});

Deno.test("formatConfiguration() writes keys in the order of the schema", () => {
  const short = "testing: {error: {type: SpikeTime}}\nnetwork: [{dense: 4}]\n" +
    "training: {path: {store: a, in: b, train: c, test: d}}";
  const { network, testing, ...others } = parseConfiguration(short, "a.yaml");
  const shuffled = { network, testing, ...others };
  const keys = (text: string) =>
    [...text.matchAll(/^ {0,4}(\w+):/gm)].map(([, key]) => key).join(" ");
  const written = keys(
    formatConfiguration(
      parseConfiguration(formatConfiguration(shuffled), "a.yaml"),
    ),
  );
  assert.match(written, /^simulation .+ neuron .+ training .+ testing .+work$/);
  assert.match(
    written,
    /type tgtSpikeRegion tgtSpikeCount probSlidingWin path/,
  );
  assert.match(written, /out data file_list cache store in train test testing/);
});

Deno.test("formatConfiguration() writes the file as its users do", () => {
  const path = "/home/me/src/network.yaml";
  const text = formatConfiguration(parseConfiguration(SL_ANIMALS, path));
  assert.match(text, /tgtSpikeCount: \{ true: 180, false: 30 \}/);
  assert.match(text, /data: \/home\/me\/data\n/);
});
