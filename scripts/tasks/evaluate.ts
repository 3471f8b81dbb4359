/**
 * `deno task evaluate`: tests the best weights of a run.
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
import { measureInTime } from "../experiment/accuracy_in_time.ts";
import { energyLines, meanEnergy } from "../experiment/energy_table.ts";
import {
  evaluateFold,
  type FoldEvaluation,
  openModel,
} from "../experiment/evaluate_fold.ts";
import { drawConfusions } from "../views/pictures/terminal/confusion_table.ts";
import { createProgress } from "../command_line/progress.ts";
import { type Spread, spreadOf } from "../run/files.ts";
import { foldsOf, readRun, trainedFolds } from "../run/reader.ts";
import { lineWidth } from "../command_line/terminal.ts";

await runCommand({
  name: "deno task evaluate",
  summary: "Tests the best weights of a run, fold by fold.",
  examples: [
    "deno task evaluate --run output",
    "deno task evaluate --run output --window 20",
    "deno task evaluate --run output --json > outcomes.json",
  ],
  parameters: {
    run: option("--run", string({ metavar: "DIR" }), {
      description: message`Folder of the run`,
    }),
    window: option("--window", integer({ metavar: "BINS", min: 1 }), {
      description:
        message`Also tell the class in each bin, from the last BINS bins alone`,
    }).optional(),
    json: option("--json", {
      description:
        message`Print JSON, with all predictions, and layer by layer`,
    }),
  },
}, async ({ run: folder, window, json }) => {
  const run = await readRun(folder);
  const { configuration, weights } = run;
  const folds = await trainedFolds(run, await foldsOf(run));
  if (folds.length === 0) {
    throw new Error(`Cannot evaluate "${folder}": it has no weights`);
  }
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
        weights: weights.get(fold.number)!,
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
