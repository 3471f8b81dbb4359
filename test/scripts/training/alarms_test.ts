import assert from "node:assert/strict";
import {
  describeNeuron,
  type NeuronDescription,
} from "../../../engine/neurons/describe_neuron.ts";
import {
  fixedCuba,
  fixedResonator,
} from "../../../engine/neurons/fixed_point.ts";
import { loihi } from "../../../engine/neurons/loihi.ts";
import { resonator } from "../../../engine/neurons/resonator.ts";
import {
  Alarms,
  chanceOf,
  type EpochState,
  findNonFinite,
} from "../../../scripts/training/warnings/alarms.ts";
import { normsOf } from "../../../scripts/training/norms.ts";

/** An epoch that nothing is wrong with. */
const WELL: EpochState = {
  loss: 7,
  accuracy: 0.5,
  samples: 100,
  chance: 0.1,
  rates: { pool1: 0.02, conv1: 0.01, fc1: 0.05 },
  silent: { pool1: 0.9, conv1: 0.5, fc1: 0 },
  saturated: { pool1: 0.9, conv1: 0, fc1: 0.5 },
  gradientNorms: { conv1: 2, fc1: 3 },
  updateNorms: { conv1: 0.1, fc1: 0.2 },
  weightNorms: { conv1: 4, fc1: 5 },
};

/** Warnings of an epoch that differs from WELL in some measures. */
function warnings(
  change: Partial<EpochState>,
  alarms = new Alarms({ layerwise: false }),
) {
  const keys = Object.keys(change) as (keyof EpochState)[];
  const merged = keys.map((key) => [
    key,
    typeof change[key] === "number"
      ? change[key]
      : { ...WELL[key] as object, ...change[key] as object },
  ]);
  return alarms.check({ ...WELL, ...Object.fromEntries(merged) });
}

Deno.test("an epoch that goes well gives no warning", () => {
  assert.deepEqual(warnings({}), []);
  assert.deepEqual(warnings({ rates: { conv1: 1e-5, fc1: 0.45 } }), []);
});

Deno.test("a silent or saturated layer is named, with what to change", () => {
  const [silent, saturated, ...others] = warnings({
    rates: { conv1: 0.9e-5, fc1: 0.46 },
  });
  assert.match(silent, /^layer "conv1" is silent \(0.000009 .+ weightScale/);
  assert.match(saturated, /^layer "fc1" is saturated \(0.46 .+ weightScale/);
  assert.deepEqual(others, []);
  const later = { conv1: 0.01, pool2: 0 };
  const [pool] = warnings({ rates: later });
  assert.match(pool, /^layer "pool2" is silent .+ what feeds it/);
  // Below the first layer is the input.
  const [first] = warnings({ rates: { pool1: 0 } });
  assert.match(
    first,
    /: see whether training.filter and training.augmentation leave the input events$/,
  );
});

Deno.test("a layer most of whose neurons are silent or saturated is named", () => {
  const [silent, saturated, ...others] = warnings({
    silent: { pool1: 1, conv1: 0.51 },
    saturated: { pool1: 1, fc1: 0.75 },
  });
  assert.match(
    silent,
    /^layer "conv1" is silent but for some neurons \(51 % did not fire all epoch\): .+ weightScale/,
  );
  assert.match(
    saturated,
    /^layer "fc1" is saturated but for some neurons \(75 % fired in more than 45 % of bins\): .+ weightScale/,
  );
  assert.deepEqual(others, []);
});

Deno.test("a layer is not warned of twice where all its neurons are alike", () => {
  const alarms = new Alarms({ layerwise: false });
  for (
    const [rate, neurons] of [
      [0, { silent: { fc1: 1 } }],
      [1, { saturated: { fc1: 1 } }],
    ] as const
  ) {
    const [whole, ...others] = warnings(
      { rates: { fc1: rate }, ...neurons },
      alarms,
    );
    assert.match(whole, /^layer "fc1" is (silent|saturated) \(/);
    assert.deepEqual(others, []);
    // It recovers, but for most of its neurons.
    assert.deepEqual(warnings(neurons, alarms), []);
  }
  const other = new Alarms({ layerwise: false });
  assert.equal(warnings({ silent: { fc1: 0.9 } }, other).length, 1);
  assert.equal(warnings({ silent: { fc1: 0.9 } }, other).length, 0);
  assert.equal(warnings({ rates: { fc1: 0 } }, other).length, 1);
});

Deno.test("gradients that vanish or explode are named", () => {
  const alarms = new Alarms({ layerwise: false });
  const [vanished, ...others] = warnings(
    { gradientNorms: { conv1: 0 } },
    alarms,
  );
  assert.match(vanished, /^layer "conv1" gets no gradient .+ neuron.tauRho/);
  assert.deepEqual(others, []);
  assert.deepEqual(warnings({ gradientNorms: { fc1: 3e4 } }, alarms), []);
  const [exploded] = warnings({ gradientNorms: { fc1: 3.1e4 } }, alarms);
  assert.match(exploded, /^layer "fc1" gets an exploding .+ training.lr$/);
});

Deno.test("an update beyond measure is named", () => {
  assert.deepEqual(warnings({ updateNorms: { fc1: 500 } }), []);
  const [update] = warnings({ updateNorms: { fc1: 501 } });
  assert.match(update, /^layer "fc1" changes its weights .+ training.lr$/);
  const weightNorms = { fc1: 0 };
  assert.deepEqual(warnings({ updateNorms: { fc1: 1 }, weightNorms }), []);
});

Deno.test("a warning is given once for each layer", () => {
  const alarms = new Alarms({ layerwise: false });
  assert.equal(warnings({ rates: { conv1: 0 } }, alarms).length, 1);
  assert.equal(warnings({ rates: { conv1: 0 } }, alarms).length, 0);
  assert.equal(warnings({ rates: { conv1: 0, fc1: 0 } }, alarms).length, 1);
  assert.equal(warnings({ rates: { conv1: 1 } }, alarms).length, 1);
});

Deno.test("findNonFinite() says what is not finite", () => {
  assert.equal(findNonFinite(WELL), undefined);
  assert.equal(findNonFinite({ ...WELL, loss: NaN }), "the loss is NaN");
  const norms = normsOf({
    "conv1.weight": { shape: [1], data: Float32Array.of(3.4e38) },
    "fc1.weight": { shape: [2], data: Float32Array.of(1, NaN) },
  });
  assert(Math.abs(norms.conv1 / 3.4e38 - 1) < 1e-6);
  assert.equal(
    findNonFinite({ ...WELL, gradientNorms: norms }),
    'the gradient of layer "fc1" is not finite',
  );
  assert.equal(
    findNonFinite({ ...WELL, updateNorms: norms }),
    'the weights of layer "fc1" are not finite',
  );
});

Deno.test("normsOf() measures arrays, and how they changed", () => {
  const array = (...values: number[]) => ({
    "fc1.weight": { shape: [values.length], data: Float32Array.from(values) },
  });
  assert.deepEqual(normsOf(array(3, 0, -4)), { fc1: 5 });
  assert.deepEqual(normsOf(array(3, 0, -4), array(3, 5, 8)), { fc1: 13 });
});

Deno.test("normsOf() measures all trained arrays of a layer together", () => {
  const array = (value: number) => ({
    shape: [1],
    data: Float32Array.of(value),
  });
  const norms = normsOf({
    "conv1.weight": array(2),
    "conv1.norm.weight": array(3),
    "conv1.norm.bias": array(6),
    "conv1.norm.mean": array(100),
    "conv1.norm.var": array(NaN),
    "conv1.stretch": array(100),
    "fc1.bias": array(-5),
  });
  assert.deepEqual(norms, { conv1: 7, fc1: 5 });
});

Deno.test("remedies are those of the kind of network", () => {
  const state = { ...WELL, rates: { conv1: 0 } };
  const warningOf = (layerwise: boolean) =>
    new Alarms({ layerwise }).check(state)[0];
  assert.match(
    warningOf(false),
    /events; else raise its weightScale, or lower neuron\.theta$/,
  );
  assert.match(
    warningOf(true),
    /input\.size leave .+; else lower neuron\.threshold, or give it norm: batch$/,
  );
});

Deno.test("no remedy is a norm that a layer has", () => {
  const warningsOf = (change: Partial<EpochState>) =>
    warnings(
      change,
      new Alarms({ layerwise: true, layers: { conv1: { normalised: true } } }),
    );
  // Pixels without events are silent, whatever the weights.
  assert.deepEqual(warningsOf({ silent: { conv1: 0.9 } }), []);
  assert.match(
    warningsOf({ rates: { conv1: 0 } })[0],
    /: lower neuron\.threshold$/,
  );
  assert.match(
    warningsOf({ rates: { conv1: 1 } })[0],
    /: raise neuron\.threshold$/,
  );
  assert.match(
    warningsOf({ saturated: { conv1: 0.9 } })[0],
    /: lower training\.lr$/,
  );
  assert.match(
    warningsOf({ silent: { fc1: 0.9 } })[0],
    /: lower training\.lr, or give it norm: batch$/,
  );
});

Deno.test("at chance, remedies are those of the kind of network", () => {
  const alarms = new Alarms({ layerwise: true });
  const [warning] = Array.from(
    { length: 10 },
    () => warnings({ accuracy: 0.1 }, alarms),
  ).flat();
  assert.match(warning, /: change training\.lr, .+ deno task ridge /);
  assert.doesNotMatch(warning, /tgtSpikeCount|live/);
});

Deno.test("an accuracy that stays at chance for ten epochs is warned of once", () => {
  const alarms = new Alarms({ layerwise: false });
  const epochs = (count: number, accuracy: number) =>
    Array.from({ length: count }, () => warnings({ accuracy }, alarms));
  assert.deepEqual(epochs(9, 0.1).flat(), []);
  const [[warning, ...others], ...later] = epochs(20, 0.15);
  assert.match(
    warning,
    /^training accuracy stays at chance \(15 % after 10 epochs, a guess has 10 %\): .+tgtSpikeCount.+[^.]$/,
  );
  assert.deepEqual([...others, ...later.flat()], []);
});

Deno.test("an accuracy that leaves chance now and then is not warned of", () => {
  const alarms = new Alarms({ layerwise: false });
  for (let epoch = 0; epoch < 40; epoch++) {
    const accuracy = epoch % 10 === 9 ? 0.17 : 0.1;
    assert.deepEqual(warnings({ accuracy }, alarms), []);
  }
});

Deno.test("samples too few, or of one class, are at chance in no epoch", () => {
  for (const guess of [{ samples: 4, chance: 0.5 }, { chance: 1 }]) {
    const alarms = new Alarms({ layerwise: false });
    for (let epoch = 0; epoch < 20; epoch++) {
      assert.deepEqual(warnings({ ...guess, accuracy: 0.5 }, alarms), []);
    }
  }
});

Deno.test("chanceOf() takes the commonest class", () => {
  assert.equal(chanceOf([3, 3, 3, 0, 1]), 0.6);
  assert.equal(chanceOf([0, 1, 2, 3]), 0.25);
});

Deno.test("remedies name the keys of a layer's own neuron", () => {
  const remedies = (
    rate: number,
    neuron: NeuronDescription,
    { quantized, layerwise = true }: {
      readonly quantized?: boolean;
      readonly layerwise?: boolean;
    } = {},
  ) => {
    const layers = { conv1: { kind: describeNeuron(neuron).kind, quantized } };
    return warnings(
      { rates: { conv1: rate }, gradientNorms: { conv1: 0 } },
      new Alarms({ layerwise, layers }),
    ).map((warning) => warning.replace(/^.+?\): |, or mend .+$/g, ""));
  };
  assert.deepEqual(remedies(0, fixedCuba(), { quantized: true }), [
    "lower neuron.vThMant, or give it norm: scale",
    "lower neuron.steepness",
  ]);
  assert.deepEqual(remedies(1, fixedResonator()), [
    "raise neuron.vThMant, or give it norm: batch",
    "raise neuron.tauGrad",
  ]);
  assert.deepEqual(remedies(0, resonator({ decays: "learned" })), [
    "lower neuron.threshold, or give it norm: batch",
    "raise neuron.tauGrad",
  ]);
  assert.deepEqual(remedies(1, loihi(), { layerwise: false }), [
    "lower its weightScale, or raise neuron.vThMant",
    "raise neuron.tauRho",
  ]);
});
