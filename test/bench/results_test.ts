import assert from "node:assert/strict";
import { leastBatch, stepTime } from "../../bench/cost_model.ts";
import results from "../../bench/results/recognition.json" with {
  type: "json",
};
import latency from "../../bench/results/stream.json" with { type: "json" };

const README = await Deno.readTextFile(
  new URL("../../README.md", import.meta.url),
);

/** README.md with one space between words. */
const WORDS = README.replaceAll(/\s+/g, " ");

/** The cells of the row of a table of README.md that begins with a text. */
function rowOf(start: string): string[] {
  const row = README.split("\n").find((line) => line.startsWith(`| ${start}`));
  assert(row, start);
  return row.split("|").slice(1, -1).map((cell) => cell.trim());
}

/** Mean and standard deviation of accuracies, as the README writes them. */
function spreadOf(accuracies: readonly number[], digits = 0): string {
  const mean = accuracies.reduce((a, b) => a + b) / accuracies.length;
  const squares = accuracies.reduce((sum, a) => sum + (a - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / accuracies.length);
  const [shown, around] = [mean, deviation]
    .map((share) => (100 * share).toFixed(digits));
  return `${shown} ± ${around} %`;
}

/** Mean of accuracies, as the README writes it. */
function meanOf(accuracies: readonly number[]): string {
  return percent(accuracies.reduce((a, b) => a + b) / accuracies.length);
}

/** An accuracy as the README writes it. */
function percent(accuracy: number): string {
  return `${Math.round(100 * accuracy)} %`;
}

Deno.test("what README.md says is recognised is what runs have measured", () => {
  const { nmnist, synthetic: { ridge, modern, slayer } } = results;
  const [, , , digits] = rowOf("N-MNIST, 1000 training and 100 test");
  assert.equal(
    digits,
    `**${spreadOf(nmnist.meansOfLastFiveEpochsBySeed, 1)}** ` +
      `\`${nmnist.recipe}\``,
  );
  const [, linear, others, signs] = rowOf("19 synthetic signs of 59 people");
  assert.equal(linear, spreadOf(ridge.testAccuracyOfFolds));
  assert(others.startsWith(
    `${spreadOf(slayer.testAccuracyOfFolds)} \`${slayer.recipe}\``,
  ));
  assert.equal(
    signs,
    `**${spreadOf(modern.runs.map(({ testAccuracy }) => testAccuracy))}** ` +
      `\`${modern.recipe}\``,
  );
  assert(WORDS.includes(`reaches ${linear} on the synthetic signs`));
  assert(WORDS.includes(`${nmnist.epochs} epochs in ${nmnist.secondsOfRun} s`));
  const [least, most] = modern.secondsOfRun;
  assert(WORDS.includes(`Runs of \`modern\` take ${least} to ${most} s`));
  assert(WORDS.includes(
    `\`modern\` comes to ${
      spreadOf(nmnist.modern.meansOfLastFiveEpochsBySeed, 1)
    } there`,
  ));
});

Deno.test("what README.md says of changes to the recipe was measured", () => {
  const { changes } = results.earlierSynthetic;
  const [signs, windows]: Record<string, number>[] = Object.values(changes)
    .slice(2);
  const both = (name: string) =>
    [signs, windows].map((rows) => percent(rows[name]));
  const rows: Record<string, readonly string[]> = {
    "`drop: 0.7`": both("drop 0.7"),
    "`drop: 0.3`": both("drop 0.3"),
    "`drop: 0.3`, `mix: 0.5`": both("drop 0.3, mix 0.5"),
    "`drop: 0.3`, `erase: 0.25`": both("drop 0.3, erase 0.25"),
    "`drop: 0.3`, `SUM_NORM`": both("drop 0.3, counts divided by the largest"),
    "`drop: 0.3`, `ema: 0.99`": both("drop 0.3, ema 0.99"),
  };
  for (const [start, figures] of Object.entries(rows)) {
    assert.deepEqual(rowOf(`${start} `).slice(1), figures);
  }
  const effects: Record<string, string> = {
    "as it is": "as it is",
    "no norm": "no norm",
    "no augmentation": "no augmentation",
    "two residual blocks more": "two residual blocks more",
    "input: one spike a bin": "one spike a bin",
    "input: 20 bins of 200 ms": "20 bins of 200 ms",
    "loss: `SquaredRate`": "SquaredRate",
    "loss: `SpikeMax`": "SpikeMax",
    "neurons: `IF`": "IF",
    "neurons: `PLIF`": "PLIF",
    "neurons: `CUBA`": "CUBA",
    "neurons: `ALIF`": "ALIF",
  };
  const columns: readonly Record<string, number>[] = [
    changes["fold 1 of 4, 40 epochs"],
    changes["the same, with dropout"],
  ];
  for (const [start, change] of Object.entries(effects)) {
    const cells = columns.map((rows) =>
      change in rows ? percent(rows[change]) : "–"
    );
    assert.deepEqual(rowOf(`${start} `).slice(1), cells);
  }
});

Deno.test("what README.md says of other recipes was measured", () => {
  const { slayer: { atLength }, small } = results.synthetic;
  assert(WORDS.includes(
    `comes to ${spreadOf(small.testAccuracyOfFolds)} of the signs, in ` +
      `${small.secondsOfFold} s a fold`,
  ));
  const { epochs, best, lastFive } = atLength;
  const accuracies = best.map(({ testAccuracy }) => testAccuracy);
  assert(WORDS.includes(
    `\`slayer\` comes to ${meanOf(accuracies)}, as the mean of the best of ` +
      `${epochs} epochs of each fold`,
  ));
  const losing = accuracies.filter((most, n) => most - lastFive[n] > 0.1);
  assert.equal(losing.length, 2);
});

Deno.test("what README.md says of earlier recordings was measured", () => {
  const { ridge, slayer, modern, sew } = results.earlierSynthetic;
  const first = modern.runs.filter(({ fold }) => fold === 1);
  const [all, some] = [modern.runs, first].map((runs) =>
    runs.map(({ testAccuracy }) => testAccuracy)
  );
  assert(WORDS.includes(
    `the ridge comes to ${spreadOf(ridge.testAccuracyOfFolds)}, \`slayer\` ` +
      `to ${spreadOf(slayer.testAccuracyOfFolds)} and \`modern\` to ` +
      `${spreadOf(all)}; on its fold 1 \`sew\` comes to ` +
      `${percent(sew.runs[0].testAccuracy)} in ${sew.secondsOfRun} s, where ` +
      `\`modern\` has ${meanOf(some)}`,
  ));
});

Deno.test("what README.md says of gradients through refractory responses was measured", () => {
  const { with: exact, without } = results.refractoryGradient;
  assert(WORDS.includes(
    `the MLP comes to ${spreadOf(exact.best, 1)} with them, ` +
      `${
        spreadOf(without.best, 1)
      } without, and as the mean of its last five ` +
      `epochs to ${spreadOf(exact.meanOfLastFive, 1)} and ` +
      spreadOf(without.meanOfLastFive, 1),
  ));
});

Deno.test("what README.md says of fewer recordings was measured", () => {
  for (const row of results.fewerRecordings) {
    assert.deepEqual(rowOf(`${row.data} `).slice(1), [
      row.samples.join(", "),
      percent(row.ridge),
      row.small === undefined ? "–" : meanOf(row.small),
      meanOf(row.modern),
    ]);
  }
});

Deno.test("what README.md says of the steps to the recipe was measured", () => {
  const rows = [
    "without filters and noise",
    "`background_activity: 10`",
    "`noise: 0.5`",
    "`hot_ratio: 3`",
    "without the dense layer of 128",
    "`weightDecay: 0.05`",
    "4000 updates",
  ];
  const accuracies = Object.values(results.stepsOfModern.accuracies);
  assert.equal(accuracies.length, rows.length);
  const table = WORDS.slice(WORDS.indexOf("one after another"));
  for (const [n, start] of rows.entries()) {
    const row = table.slice(table.indexOf(`| ${start}`));
    assert.equal(row.split("|")[2].trim(), meanOf(accuracies[n]), start);
  }
});

Deno.test("what README.md says recipes take was measured", () => {
  const { small, nmnist, modern } = results.recipes;
  const gigabytes = ({ megabytes }: typeof nmnist, digits: number) =>
    (megabytes / 1000).toFixed(digits);
  assert(WORDS.includes(
    `a run of \`modern\` takes ${gigabytes(modern, 1)} GB of the GPU, one ` +
      `of \`nmnist\` ${gigabytes(nmnist, 1)} and one of \`small\` ` +
      `${gigabytes(small, 2)}; \`small\` is trained on N-MNIST in ` +
      `${small.seconds.join(" to ")} s, to ${meanOf(small["N-MNIST"])}`,
  ));
});

Deno.test("the times in README.md of networks of units are those measured", () => {
  const rows: Readonly<Record<keyof typeof results.speed, string>> = {
    "customary 128×128": "four blocks of 32 maps, 128×128",
    "residual 128×128": "residual, 128×128",
    "customary 34×34": "two blocks of 32 maps, 34×34",
  };
  for (const [name, start] of Object.entries(rows)) {
    const key = name as keyof typeof rows;
    const { forward, step } = results.speed[key];
    const [, shownForward, shownStep, megabytes] = rowOf(start);
    assert.deepEqual(
      [shownForward, shownStep, megabytes].map(Number),
      [forward, step, results.megabytes[key]],
    );
  }
});

Deno.test("the times in README.md without a GPU are those measured", () => {
  const { "customary 128×128": large, "customary 34×34": small } =
    results.withoutGpu;
  const [four, fourOfPeer, two, twoOfPeer] = [large, small].flatMap((times) =>
    [times.step, times["peer step"]].map(Math.round)
  );
  assert(
    WORDS.includes(
      `a step of the four blocks takes ${four} ms a sample, with PyTorch ` +
        `2.13 ${fourOfPeer}, and of the two blocks ${two}, with PyTorch ` +
        `${twoOfPeer}.`,
    ),
  );
});

Deno.test("what README.md says of several cards was measured", () => {
  const { sweepsOf8Runs, millisecondsOfStep, costs } = results.twoCards;
  const [modern, slayer] = [sweepsOf8Runs.modern, sweepsOf8Runs.slayer].map(
    ({ epochs, seconds, utilisation }) => {
      const [one, two] = [utilisation["one card"], utilisation["two cards"]]
        .map((cards) => cards.reduce((a, b) => a + b) / cards.length);
      const [slow, fast] = [seconds["one card"], seconds["two cards"]]
        .map(Math.round);
      return { epochs, slow, fast, one: percent(one), two: percent(two) };
    },
  );
  assert(WORDS.includes(
    `8 runs of \`modern\`, of ${modern.epochs} epochs, took ${modern.slow} s ` +
      `and ${modern.fast} s, with each card computing ${modern.one} and ` +
      `${modern.two} of the time; 8 of \`slayer\`, of ${slayer.epochs} ` +
      `epochs, ${slayer.slow} s and ${slayer.fast} s, ${slayer.one} and ` +
      slayer.two,
  ));
  const batches = Object.keys(millisecondsOfStep.slayer) as "16"[];
  for (const batch of batches) {
    const times = [millisecondsOfStep.slayer, millisecondsOfStep.modern]
      .map((steps) => steps[batch])
      .flatMap((step) => [step["one card"], step["two cards"]]);
    assert.deepEqual(
      rowOf(`${batch} `).slice(1),
      times.map((ms) => ms.toFixed(1)),
    );
  }
  const last = millisecondsOfStep.modern["256"];
  const share = (name: keyof typeof last) =>
    percent(last[name] / last["two cards"]);
  assert(WORDS.includes(
    `${share("computing")} is computing, ${share("read-back")} read-back, ` +
      `${share("upload")} upload, ${share("MPI")} MPI and ` +
      `${share("waiting")} waiting`,
  ));
  const from = (name: keyof typeof costs, ranks: number) =>
    Number(leastBatch(costs[name], ranks)!.toPrecision(ranks > 4 ? 2 : 3));
  const [second, fourth, sixteenth] = [2, 4, 16].map((ranks) =>
    [from("slayer", ranks), from("modern", ranks)] as const
  );
  assert(WORDS.includes(
    `a second card pays from batches of ${second[0]} on with \`slayer\` and ` +
      `of ${second[1]} with \`modern\`, a fourth from ${fourth[0]} and ` +
      `${fourth[1]}, a sixteenth from some ${sixteenth[0]} and ` +
      `${sixteenth[1]}`,
  ));
});

Deno.test("the cost model is close to the steps that two cards have shared", () => {
  const { millisecondsOfStep, costs } = results.twoCards;
  const errors = (["slayer", "modern"] as const).flatMap((name) =>
    Object.entries(millisecondsOfStep[name]).flatMap(([batch, step]) =>
      (["one card", "two cards"] as const).map((cards, n) =>
        Math.abs(stepTime(costs[name], Number(batch), n + 1) / step[cards] - 1)
      )
    )
  );
  const worst = percent(Math.max(...errors));
  assert(WORDS.includes(`(\`bench/cost_model.ts\`, within ${worst} of them)`));
});

Deno.test("what README.md says of the latency of streams was measured", () => {
  const { "CNN 128×128": { "1 bin": one, "32 bins": many } } =
    latency.milliseconds;
  const range = (times: readonly number[]) =>
    times.map(Math.round).join(" to ");
  const { "1 bin": soon, "32 bins": later } =
    latency.onGpu.milliseconds["CNN 128×128"];
  assert(WORDS.includes(
    "on an H200, a bin of the SL-Animals CNN is decided after " +
      `${
        soon.toFixed(1)
      } ms, and 32 bins together after ${later}; without a GPU, on ` +
      `two cores that others share, a bin after ${range(one)} ms, and 32 ` +
      `together after ${range(many)} (\`bench/stream_bench.ts\`)`,
  ));
});
