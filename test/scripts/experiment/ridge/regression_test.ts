import assert from "node:assert/strict";
import { Matrix, solve } from "npm:ml-matrix@6.15.1";
import { Random } from "../../../../dataset/random.ts";
import { fitRidge } from "../../../../scripts/experiment/ridge/regression.ts";

const CLASSES = 3;

/** Samples around one place a class; the last feature is always the same. */
function drawSamples(count: number, seed: number, noise: number) {
  const random = new Random(seed);
  const labels = Array.from({ length: count }, (_, n) => n % CLASSES);
  const features = labels.map((label) =>
    Float64Array.from(
      { length: 6 },
      (_, n) =>
        n === 5 ? 4 : 10 * n + Number(n === label) + random.normal(0, noise),
    )
  );
  return { features, labels };
}

/** Fits by the normal equations, and gives the outputs for other samples. */
function outputsOf(
  { features, labels }: ReturnType<typeof drawSamples>,
  unseen: readonly Float64Array[],
  { deviations, penalty }: { deviations: number[]; penalty: number },
): number[][] {
  const scaled = (rows: readonly Float64Array[]) =>
    new Matrix(rows.map((row) => [...row])).divRowVector(deviations);
  const x = scaled(features);
  const means = x.mean("column");
  x.subRowVector(means);
  const y = Matrix.zeros(labels.length, CLASSES);
  labels.forEach((label, n) => y.set(n, label, 1));
  const shares = y.mean("column");
  y.subRowVector(shares);
  const squares = x.transpose().mmul(x);
  const slopes = solve(
    squares.add(Matrix.eye(x.columns).mul(penalty)),
    x.transpose().mmul(y),
  );
  return scaled(unseen).subRowVector(means).mmul(slopes).addRowVector(shares)
    .to2DArray();
}

function classOf(outputs: readonly number[]): number {
  return outputs.indexOf(Math.max(...outputs));
}

Deno.test("fitRidge() predicts as the normal equations do", () => {
  const samples = drawSamples(31, 1, 0.6);
  const unseen = drawSamples(200, 2, 0.6).features;
  const ridge = fitRidge(samples, CLASSES);
  const rows = new Matrix(samples.features.map((row) => [...row]));
  const deviations = rows.standardDeviation("column", { unbiased: false })
    .map((deviation) => deviation || Infinity);
  const options = { deviations, penalty: ridge.strength * 6 };
  assert.deepEqual(
    ridge.predict(unseen),
    outputsOf(samples, unseen, options).map(classOf),
  );

  const right = samples.features.filter((row, left) => {
    const others = {
      features: samples.features.filter((_, n) => n !== left),
      labels: samples.labels.filter((_, n) => n !== left),
    };
    const [outputs] = outputsOf(others, [row], options);
    return classOf(outputs) === samples.labels[left];
  });
  assert.equal(ridge.leaveOneOut, right.length / 31);
  assert(right.length > 15 && right.length < 31);
});

Deno.test("fitRidge() is right where classes lie apart, and at chance where not", () => {
  const accuracy = (noise: number) => {
    const { predict } = fitRidge(drawSamples(90, 3, noise), CLASSES);
    const { features, labels } = drawSamples(300, 4, noise);
    const right = predict(features).filter((label, n) => label === labels[n]);
    return right.length / 300;
  };
  assert(accuracy(0.1) > 0.99);
  const chance = accuracy(100);
  assert(chance > 0.2 && chance < 0.47, `${chance}`);
});

Deno.test("fitRidge() punishes the more, the more noise there is", () => {
  const strength = (noise: number) =>
    fitRidge(drawSamples(60, 5, noise), CLASSES).strength;
  assert(strength(0.05) < strength(2));
});

Deno.test("fitRidge() refuses too few and too many samples", () => {
  const none = { features: [], labels: [] };
  assert.throws(() => fitRidge(none, CLASSES), {
    name: "RangeError",
    message: 'Cannot fit a ridge to "0" samples: 2 to 4000 are needed',
  });
  assert.throws(
    () => fitRidge(drawSamples(4001, 0, 1), CLASSES),
    RangeError,
  );
});
