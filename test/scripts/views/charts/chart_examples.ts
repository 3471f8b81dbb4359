/**
 * Examples of every chart, from made-up results: ordinary ones and extremes.
 *
 * @module
 */

import * as library from "../../../../mod.ts";
import { accuracyInTime } from "../../../../scripts/views/charts/decisions/accuracy_in_time.ts";
import { SWEEP_CHARTS } from "./sweep_examples.ts";

/** The classes of SL-Animals-DVS. */
export const CLASSES: readonly string[] = [
  ...["cat", "dog", "camel", "cow", "sheep", "goat", "wolf", "squirrel"],
  ...["mouse", "dolphin", "shark", "lion", "monkey", "snake", "spider"],
  ...["butterfly", "bird", "duck", "zebra"],
];

/** Epochs of folds whose results improve. */
export function epochRows(
  { folds, epochs }: { readonly folds: number; readonly epochs: number },
): (library.EpochRow & library.LayerRow)[] {
  return Array.from({ length: folds * epochs }, (_, n) => {
    const [fold, epoch] = [1 + Math.floor(n / epochs), n % epochs];
    const progress = (epoch + 1) / (epochs + fold);
    return {
      fold,
      epoch,
      trainLoss: 100 * (1 - progress),
      trainAccuracy: progress,
      valLoss: 110 - 90 * progress,
      valAccuracy: 0.9 * progress,
      rates: [0.02, 0.05 * progress, 0, 0.01, 0.1],
      gradientNorms: { conv1: 1 / (epoch + 1), fc1: 0, fc2: 0.001 },
    };
  });
}

/** Two samples of each class and person, every third predicted wrong. */
export function outcomes(people: number): library.PersonalOutcome[] {
  return Array.from({ length: 2 * people * CLASSES.length }, (_, n) => {
    const label = n % CLASSES.length;
    const prediction = (label + (n % 3 === 0 ? n % 7 : 0)) % CLASSES.length;
    const person = Math.floor(n / 2 / CLASSES.length);
    return {
      label,
      prediction,
      session: `S${1 + person % 4}`,
      person: `user${String(person).padStart(2, "0")}`,
    };
  });
}

/** Output spikes with given counts. */
export function outputSpikes(
  counts: readonly number[],
  changes: Partial<library.OutputSpikes> = {},
): library.OutputSpikes {
  return {
    sample: "user05_indoor_03",
    fold: 1,
    classes: CLASSES,
    label: 3,
    prediction: 3,
    duration: 1500,
    times: counts.map((count) =>
      Array.from({ length: count }, (_, n) => 5 * Math.floor(300 * n / count))
    ),
    region: { start: 0, stop: 1500 },
    desired: { true: 180, false: 30 },
    ...changes,
  };
}

const ordinary = CLASSES.map((_, n) => n === 3 ? 178 : 20 + n);

/** Logits of a readout without neurons, over 20 bins. */
const logits = (changes: Partial<library.OutputSpikes> = {}) =>
  outputSpikes(CLASSES.map(() => 0), {
    logits: ordinary.map((count, neuron) =>
      Float32Array.from(
        { length: 20 },
        (_, t) =>
          (count / 40 - 1) * (1 - 0.8 ** (t + 1)) +
          Math.sin(neuron + t) / (t + 1),
      )
    ),
    ...changes,
  });

const weights = (...shape: number[]) => ({
  shape,
  data: Float32Array.from(
    { length: shape.reduce((size, side) => size * side, 1) },
    (_, n) => Math.sin(n * n),
  ),
});

const neurons = ["fc2, neuron 3 (cow)", "conv1, neuron 1023"].map((
  name,
  n,
) => ({
  name,
  theta: 10,
  potentials: Float32Array.from(
    { length: 300 },
    (_, t) => 12 * Math.sin(t / 9),
  ),
  spikes: n === 0 ? [70, 75, 1495] : [],
}));

const layers = ["pool1", "conv1", "pool2", "fc1", "fc2"];

/** The charts, by what is special about their data. */
export const CHARTS: Readonly<Record<string, library.ChartSpec>> = {
  "loss": library.lossCurves(epochRows({ folds: 4, epochs: 12 })),
  "loss of one epoch": library.lossCurves(epochRows({ folds: 1, epochs: 1 })),
  "loss of many epochs": library.lossCurves(
    epochRows({ folds: 4, epochs: 300 }),
  ),
  "loss of nothing": library.lossCurves([]),
  "accuracy": library.accuracyCurves(epochRows({ folds: 4, epochs: 12 })),
  "accuracy with a test set": library.accuracyCurves(
    epochRows({ folds: 6, epochs: 3 })
      .map(({ valAccuracy, ...row }) => ({
        ...row,
        testAccuracy: valAccuracy,
      })),
  ),
  "accuracy of nothing": library.accuracyCurves([]),
  "accuracy in time": accuracyInTime(
    [1, 2, 3, 4, 5].map((fold) => ({
      fold,
      accuracy: Array.from(
        { length: 300 },
        (_, bin) => (0.9 - fold / 50) * (1 - 0.98 ** bin) + 0.05,
      ),
      Ts: 5,
    })),
  ),
  "accuracy in the time of slices": accuracyInTime([{
    fold: 2,
    accuracy: Array.from({ length: 20 }, (_, bin) => Math.min(1, bin / 12)),
  }]),
  "accuracy in no time": accuracyInTime([]),
  "raster": library.spikeRaster(outputSpikes(ordinary)),
  "raster of a mistake": library.spikeRaster(
    outputSpikes(ordinary, { label: 7 }),
  ),
  "raster of two outputs, one class": library.spikeRaster(
    outputSpikes([3, 8], { label: 0, prediction: 1, classes: ["cat"] }),
  ),
  "raster of silence": library.spikeRaster(outputSpikes(CLASSES.map(() => 0))),
  "logits": library.runningLogits(logits()),
  "logits of a mistake": library.runningLogits(logits({ label: 7 })),
  "logits of one bin": library.runningLogits(
    logits({ logits: ordinary.map((count) => [count / 9]) }),
  ),
  "histogram": library.spikeHistogram(outputSpikes(ordinary)),
  "histogram of a mistake": library.spikeHistogram(
    outputSpikes(ordinary, { label: 7, desired: { true: 178, false: 178 } }),
  ),
  "histogram of silence": library.spikeHistogram(
    outputSpikes(CLASSES.map(() => 0), { prediction: 0 }),
  ),
  "histogram without desired counts": library.spikeHistogram(
    outputSpikes(ordinary, { desired: undefined }),
  ),
  "confusion": library.confusionMatrix(outcomes(24), CLASSES),
  "confusion of one": library.confusionMatrix(outcomes(1).slice(0, 1), CLASSES),
  "confusion of digits": library.confusionMatrix(
    outcomes(24),
    CLASSES.map((_, n) => String(n)),
  ),
  "confusion of nothing": library.confusionMatrix([], CLASSES),
  "classes": library.classAccuracy(outcomes(24), CLASSES),
  "classes, most of them missing": library.classAccuracy(
    outcomes(1).slice(0, 2),
    CLASSES,
  ),
  "classes of nothing": library.classAccuracy([], CLASSES),
  "sessions": library.sessionAccuracy(outcomes(24)),
  "one session": library.sessionAccuracy(outcomes(1)),
  "no session": library.sessionAccuracy([{ label: 0, prediction: 0 }]),
  "people": library.personAccuracy(outcomes(59)),
  "one person": library.personAccuracy(outcomes(1)),
  "no person": library.personAccuracy([]),
  "rates": library.firingRates(epochRows({ folds: 1, epochs: 12 }), {
    layers,
    Ts: 5,
  }),
  "rates in bins": library.firingRates(epochRows({ folds: 1, epochs: 12 }), {
    layers,
  }),
  "rates of nothing": library.firingRates([], { layers, Ts: 5 }),
  "gradients": library.gradientNorms(epochRows({ folds: 1, epochs: 12 })),
  "gradients of nothing": library.gradientNorms([{ fold: 1, epoch: 0 }]),
  "filters": library.weightFilters("conv1", weights(8, 2, 5, 5, 1)),
  "one filter": library.weightFilters("conv1", weights(1, 1, 3, 5, 1)),
  "large filters": library.weightFilters("fc1", weights(3, 2, 34, 34, 1)),
  "dense weights": library.weightFilters("fc2", weights(19, 100, 1, 1, 1)),
  "zero weights": library.weightFilters("fc2", {
    shape: [1, 2],
    data: new Float32Array(2),
  }),
  "no weights": library.weightFilters("fc2", weights(0, 0)),
  "potentials": library.membranePotentials(neurons, {
    sample: "fold 1, user05_indoor_03",
    Ts: 5,
  }),
  "potentials of no neuron": library.membranePotentials([], {
    sample: "fold 1, user05_indoor_03",
    Ts: 5,
  }),
  ...SWEEP_CHARTS,
};
