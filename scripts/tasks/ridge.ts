/**
 * `deno task ridge`: accuracy of a linear classifier, as a baseline.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { mean } from "npm:d3-array@3.2.4";
import { message, option, string } from "npm:@optique/core@1.3.6";
import { counted } from "../../dataset/files/counted.ts";
import { runCommand } from "../command_line/command.ts";
import {
  CONFIGURATION_ARGUMENTS,
  readChosen,
} from "../command_line/configuration_arguments.ts";
import { warn } from "../command_line/print.ts";
import { createProgress } from "../command_line/progress.ts";
import { chooseFolds } from "../experiment/choose_folds.ts";
import { openFolds } from "../experiment/folds.ts";
import {
  FeatureCache,
  type RidgeFold,
  ridgeOf,
} from "../experiment/ridge/ridge_folds.ts";
import { type Spread, spreadOf } from "../run/files.ts";

await runCommand({
  name: "deno task ridge",
  summary: "Measures the accuracy of a linear classifier, as a baseline.",
  examples: [
    "deno task ridge",
    "deno task ridge --config scripts/demo.yaml --folds 1",
    "deno task ridge --set training.seed=1 --json",
  ],
  parameters: {
    ...CONFIGURATION_ARGUMENTS,
    folds: option("--folds", string({ metavar: "N,N" }), {
      description: message`Folds to fit, counted from 1 [all]`,
    }).optional(),
    json: option("--json", { description: message`Print JSON` }),
  },
}, async ({ folds: wanted, json, ...given }) => {
  const { configuration } = await readChosen(given, { trains: false });
  const all = await openFolds(configuration, {
    validation: false,
    onDoubt: warn,
  });
  const folds = chooseFolds(all, {
    wanted,
    data: configuration.data !== undefined,
  });
  const results: RidgeFold[] = [];
  {
    const total = countSamples(folds);
    using progress = json
      ? undefined
      : createProgress({ total, label: "samples" });
    let read = 0;
    const cache = new FeatureCache();
    const onSample = () => progress?.update(++read);
    for (const fold of folds) {
      results.push(await ridgeOf(fold, { cache, onSample }));
    }
  }
  const testAccuracy = spreadOf(results.map((fold) => fold.testAccuracy));
  const chance = mean(results, (fold) => fold.chance)!;
  console.log(
    json
      ? JSON.stringify({ folds: results, testAccuracy, chance })
      : inWords(results, { testAccuracy, chance }),
  );
});

/** Counts the samples of all folds, each once. */
function countSamples(
  folds: Awaited<ReturnType<typeof openFolds>>,
): number {
  const sets = folds.flatMap(({ train, test }) => [train, test]);
  const samples = Map.groupBy(sets, ({ source }) => source).values();
  return [...samples].reduce(
    (sum, ofSource) =>
      sum + new Set(ofSource.flatMap(({ indices }) => indices)).size,
    0,
  );
}

function inWords(
  folds: readonly RidgeFold[],
  { testAccuracy, chance }: {
    readonly testAccuracy: Spread;
    readonly chance: number;
  },
): string {
  const percent = (part: number) => (100 * part).toFixed(2);
  return [
    ...folds.map((fold) =>
      `fold ${fold.fold}: test accuracy ${percent(fold.testAccuracy)} % of ` +
      `${counted(fold.testSamples, "sample")}; of ` +
      `${fold.trainSamples} for training, each left out in turn, ` +
      `${percent(fold.leaveOneOut)} %`
    ),
    `test accuracy ${percent(testAccuracy.mean)} +- ` +
    `${percent(testAccuracy.std)} %; ${percent(chance)} % by chance`,
  ].join("\n");
}
