import assert from "node:assert/strict";
import results from "../bench/results/recognition.json" with { type: "json" };

const README = await Deno.readTextFile(
  new URL("../README.md", import.meta.url),
);

/** The cells of the row of a table of README.md that begins with a text. */
function rowOf(start: string): string[] {
  const row = README.split("\n").find((line) => line.startsWith(`| ${start}`));
  assert(row, start);
  return row.split("|").slice(1, -1).map((cell) => cell.trim());
}

/** The range of accuracies in whole percent, as the README writes it. */
function rangeOf(accuracies: readonly number[]): string {
  const percents = accuracies.map((accuracy) => Math.round(100 * accuracy));
  return `${Math.min(...percents)} to ${Math.max(...percents)} %`;
}

Deno.test("what README.md says is recognised is what runs have measured", () => {
  const { nmnist, synthetic: { ridge, modern, slayer } } = results;
  const [, , , digits] = rowOf("N-MNIST, 1000 training and 100 test");
  assert.equal(
    digits,
    `**${rangeOf(nmnist.testAccuracyOfLastEpochs)}** \`${nmnist.recipe}\``,
  );
  const [, linear, others, signs] = rowOf("19 synthetic signs of 59 people");
  const [first] = ridge.testAccuracyOfFolds;
  assert.equal(linear, `${Math.round(100 * first)} %`);
  assert(others.startsWith(
    `${rangeOf(slayer.testAccuracyOfLastEpochs)}, \`${slayer.recipe}\``,
  ));
  assert.equal(
    signs,
    `**${rangeOf(modern.testAccuracyOfLastEpochs)}** \`${modern.recipe}\``,
  );
  const words = README.replaceAll(/\s+/g, " ");
  const [mean, deviation] = [ridge.mean, ridge.deviation]
    .map((share) => Math.round(100 * share));
  assert(words.includes(`${mean} ± ${deviation} % over the four folds`));
  assert(words.includes(`${nmnist.epochs} epochs in ${nmnist.secondsOfRun} s`));
  assert(words.includes(`${modern.epochs} epochs in ${modern.secondsOfRun} s`));
});

Deno.test("the times in README.md of networks of units are those measured", () => {
  const rows: Readonly<Record<keyof typeof results.speed, string>> = {
    "customary 128×128": "four blocks of 32 maps, 128×128",
    "residual 128×128": "residual, 128×128",
    "customary 34×34": "two blocks of 32 maps, 34×34",
  };
  for (const [name, start] of Object.entries(rows)) {
    const { forward, step } = results.speed[name as keyof typeof rows];
    const [, shownForward, shownStep] = rowOf(start);
    assert.deepEqual([shownForward, shownStep].map(Number), [forward, step]);
  }
});
