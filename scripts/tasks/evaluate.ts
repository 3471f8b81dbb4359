/**
 * `deno task evaluate`: tests the best weights of a run, or other weights.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { mean } from "npm:d3-array@3.2.4";
import { integer, message, option, string } from "npm:@optique/core@1.3.6";
import { counted } from "../../dataset/files/counted.ts";
import { shownLine } from "../../dataset/files/shown_line.ts";
import { openPreferredDevice } from "../device/adapter.ts";
import { runCommand } from "../command_line/command.ts";
import {
  CONFIGURATION_ARGUMENTS,
  type GivenConfiguration,
  readChosen,
} from "../command_line/configuration_arguments.ts";
import type { Configuration } from "../configuration/schema/types.ts";
import { chooseFolds } from "../experiment/choose_folds.ts";
import { measureInTime } from "../experiment/accuracy_in_time.ts";
import { energyLines, meanEnergy } from "../experiment/energy_table.ts";
import {
  evaluateFold,
  type FoldEvaluation,
  openModel,
} from "../experiment/evaluate_fold.ts";
import type { Fold } from "../experiment/fold.ts";
import { openFolds } from "../experiment/folds.ts";
import { readWeights } from "../run/weights_file.ts";
import { drawConfusions } from "../views/pictures/terminal/confusion_table.ts";
import { createProgress } from "../command_line/progress.ts";
import { type Spread, spreadOf } from "../run/files.ts";
import { foldsOf, readRun, trainedFolds } from "../run/reader.ts";
import { lineWidth } from "../command_line/terminal.ts";
import type { NamedArray } from "../../engine/network/weights.ts";

await runCommand({
  name: "deno task evaluate",
  summary: "Tests the best weights of a run, or other weights, fold by fold.",
  examples: [
    "deno task evaluate --run output",
    "deno task evaluate --config signs.yaml --weights signs.safetensors --data gestures",
    "deno task evaluate --run output --window 20",
    "deno task evaluate --run output --json > outcomes.json",
  ],
  parameters: {
    run: option("--run", string({ metavar: "DIR" }), {
      description: message`Folder of the run`,
    }).optional(),
    weights: option("--weights", string({ metavar: "FILE" }), {
      description:
        message`In place of a run: weights of the configuration's network, tested on the test sets of all folds`,
    }).optional(),
    ...CONFIGURATION_ARGUMENTS,
    folds: option("--folds", string({ metavar: "N,N" }), {
      description: message`With --weights: folds to test, counted from 1 [all]`,
    }).optional(),
    window: option("--window", integer({ metavar: "BINS", min: 1 }), {
      description:
        message`Also tell the class in each bin, from the last BINS bins alone`,
    }).optional(),
    json: option("--json", {
      description:
        message`Print JSON, with all predictions, and layer by layer`,
    }),
  },
}, async ({ run, window, json, ...given }) => {
  const { configuration, folds, weights } = run === undefined
    ? await readFile(given)
    : await readFolder(run, given);
  using device = await openPreferredDevice();
  const evaluations: FoldEvaluation[] = [];
  const moving: (readonly number[])[] = [];
  {
    using progress = json
      ? undefined
      : createProgress({ total: folds.length, label: "folds" });
    for (const fold of folds) {
      using model = await openModel(device, fold, {
        configuration,
        weights: weights(fold),
        path: given.weights,
      });
      evaluations.push(await evaluateFold(model, fold, configuration));
      if (window !== undefined) {
        const options = { configuration, window };
        moving.push((await measureInTime(model, fold, options)).accuracy);
      }
      progress?.update(evaluations.length);
    }
  }
  const figures = evaluations.map(figuresOf);
  const loss = spreadOf(figures.map((figure) => figure.loss));
  const accuracy = spreadOf(figures.map((figure) => figure.accuracy));
  if (json) {
    const rows = evaluations.map((evaluation, index) => ({
      ...figures[index],
      ...evaluation,
      ...window !== undefined && {
        movingWindow: { bins: window, accuracy: moving[index] },
      },
    }));
    console.log(JSON.stringify({ folds: rows, loss, accuracy }));
    return;
  }
  console.log(inWords(figures, { loss, accuracy }));
  if (window !== undefined) console.log(movingInWords(window, moving));
  const energy = meanEnergy(evaluations.map(({ energy }) => energy));
  console.log(["", ...energyLines(energy)].join("\n"));
  if (!Deno.stdout.isTerminal()) return;
  const outcomes = evaluations.flatMap(({ outcomes }) => outcomes);
  console.log("\ntrue class by row, predicted by column");
  const { classes } = evaluations[0];
  for (const line of drawConfusions(outcomes, classes, lineWidth())) {
    console.log(shownLine(line));
  }
});

/** Networks to test, one per fold. */
interface Tested {
  readonly configuration: Configuration;
  readonly folds: readonly Fold[];
  readonly weights: (fold: Fold) => Record<string, NamedArray>;
}

/** Options for weights that are not in a run folder. */
interface GivenWeights extends GivenConfiguration {
  readonly weights?: string;
  readonly folds?: string;
}

/** Reads the networks of a run. */
async function readFolder(folder: string, given: GivenWeights) {
  const { set, ...others } = given;
  const extra = set.length > 0
    ? "set"
    : Object.entries(others).find(([, value]) => value !== undefined)?.[0];
  if (extra !== undefined) {
    throw new TypeError(
      `Cannot use --${extra} with --run: the run has its own configuration, ` +
        "folds and weights",
    );
  }
  const run = await readRun(folder);
  const folds = await trainedFolds(run, await foldsOf(run));
  if (folds.length === 0) {
    throw new Error(`Cannot evaluate "${folder}": it has no weights`);
  }
  const weights = ({ number }: Fold) => run.weights.get(number)!;
  return { configuration: run.configuration, folds, weights } satisfies Tested;
}

/** Reads the weights of a file, for a network that the configuration has. */
async function readFile(
  { weights: path, folds: wanted, ...given }: GivenWeights,
) {
  if (path === undefined) {
    throw new TypeError(
      "Cannot evaluate nothing: give --run DIR, or --weights FILE with --config " +
        "or --recipe, and --data",
    );
  }
  const { configuration } = await readChosen(given);
  const folds = chooseFolds(
    await openFolds(configuration, { validation: false }),
    {
      wanted,
      data: configuration.data !== undefined,
    },
  );
  const weights = await readWeights(path);
  return { configuration, folds, weights: () => weights } satisfies Tested;
}

/** Loss and accuracy of a fold on its test set. */
interface Figures {
  readonly fold: number;
  readonly loss: number;
  readonly accuracy: number;
}

function figuresOf({ fold, outcomes }: FoldEvaluation): Figures {
  return {
    fold,
    loss: mean(outcomes, ({ loss }) => loss)!,
    accuracy: mean(
      outcomes,
      ({ label, prediction }) => Number(label === prediction),
    )!,
  };
}

/** Reports the accuracy of decisions by a moving window. */
function movingInWords(
  window: number,
  folds: readonly (readonly number[])[],
): string {
  const all = spreadOf(folds.map((accuracy) => mean(accuracy)!));
  const last = spreadOf(folds.map((accuracy) => accuracy.at(-1)!));
  return `by the last ${counted(window, "bin")}: ${inPercent(all)} right, ` +
    `${inPercent(last)} at the end`;
}

function inPercent({ mean, std }: Spread): string {
  return `${(100 * mean).toFixed(2)} +- ${(100 * std).toFixed(2)} %`;
}

function inWords(
  folds: readonly Figures[],
  { loss, accuracy }: Readonly<Record<"loss" | "accuracy", Spread>>,
): string {
  const percent = (fraction: number) => (fraction * 100).toFixed(2);
  return [
    ...folds.map((figures) =>
      `fold ${figures.fold}: test loss ${figures.loss.toFixed(2)}, ` +
      `accuracy ${percent(figures.accuracy)} %`
    ),
    `test loss ${loss.mean.toFixed(2)} +- ${loss.std.toFixed(2)}, accuracy ` +
    inPercent(accuracy),
  ].join("\n");
}
