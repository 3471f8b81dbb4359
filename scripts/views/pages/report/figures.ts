/**
 * Makes all charts of a run and names their files.
 *
 * @module
 */

import { confusionMatrix } from "../../charts/confusion_matrix.ts";
import {
  classAccuracy,
  groupAccuracy,
  personAccuracy,
  sessionAccuracy,
} from "../../charts/group_accuracy.ts";
import { firingRates, gradientNorms } from "../../charts/layer_curves.ts";
import type { LayerRow } from "../../charts/layer_curves.ts";
import { accuracyCurves, lossCurves } from "../../charts/learning_curves.ts";
import { membranePotentials } from "../../charts/potentials.ts";
import {
  type AccuracyInTime,
  accuracyInTime,
} from "../../charts/decisions/accuracy_in_time.ts";
import { runningLogits } from "../../charts/decisions/running_logits.ts";
import type { ChartSpec } from "../../charts/spec.ts";
import { spikeHistogram } from "../../charts/spike_histogram.ts";
import { spikeRaster } from "../../charts/spike_raster.ts";
import { weightFilters } from "../../charts/weights/weight_filters.ts";
import { timeStepOf } from "../../../configuration/model.ts";
import type { FoldEvaluation } from "../../../experiment/evaluate_fold.ts";
import type { Run } from "../../../run/reader.ts";
import type { SampleTrace } from "../../../experiment/trace_sample.ts";

/** A chart of a run. */
export interface Figure {
  /** Name of its files, without extension. */
  readonly name: string;
  /** Its fold, counted from 1; `undefined` for all folds together. */
  readonly fold?: number;
  /** The chart, in the light theme. */
  readonly spec: ChartSpec;
}

/** Results of a fold's network on its test set. */
export interface FoldTests {
  /** Names of the layers, first to last. */
  readonly layers: readonly string[];
  readonly evaluation: FoldEvaluation;
  /** Accuracy after each bin of its test samples. */
  readonly inTime: AccuracyInTime;
  /** Traces of one or several samples. */
  readonly traces: readonly SampleTrace[];
}

/**
 * Makes all charts of a run.
 *
 * @param run The run.
 * @param tests Test results of each fold that has weights.
 * @returns Charts of all folds together, then those of each fold.
 */
export function figuresOf(run: Run, tests: readonly FoldTests[]): Figure[] {
  const folds = [...new Set(run.epochs.map(({ fold }) => fold))];
  return [
    { name: "loss", spec: lossCurves(run.epochs) },
    { name: "accuracy", spec: accuracyCurves(run.epochs) },
    ...(tests.length > 0
      ? [{
        name: "accuracy_in_time",
        spec: accuracyInTime(tests.map(({ inTime }) => inTime)),
      }]
      : []),
    ...outcomeFigures(tests.map(({ evaluation }) => evaluation)),
    ...folds.flatMap((fold) =>
      foldFigures(
        run,
        fold,
        tests.find(({ evaluation }) => evaluation.fold === fold),
      )
    ),
  ];
}

function outcomeFigures(evaluations: readonly FoldEvaluation[]): Figure[] {
  const outcomes = evaluations.flatMap(({ outcomes }) => outcomes);
  const classes = evaluations[0]?.classes ?? [];
  const byPerson = outcomes.some(({ person }) => person !== undefined);
  return [
    { name: "confusion_matrix", spec: confusionMatrix(outcomes, classes) },
    { name: "accuracy_by_class", spec: classAccuracy(outcomes, classes) },
    ...(outcomes.some(({ group }) => group !== undefined)
      ? [{ name: "accuracy_by_group", spec: groupAccuracy(outcomes) }]
      : []),
    ...(byPerson
      ? [
        { name: "accuracy_by_session", spec: sessionAccuracy(outcomes) },
        { name: "accuracy_by_person", spec: personAccuracy(outcomes) },
      ]
      : []),
  ];
}

function foldFigures(
  { epochs, configuration, weights }: Run,
  fold: number,
  tests: FoldTests | undefined,
): Figure[] {
  const rows: (Run["epochs"][number] & LayerRow)[] = epochs
    .filter((row) => row.fold === fold);
  const layers = tests?.layers ?? [];
  const votes = "average" in (configuration.network?.at(-1) ?? {});
  const figure = (what: string, spec: ChartSpec, place = ""): Figure => ({
    name: `${what}_fold${fold}${place}`,
    fold,
    spec,
  });
  const recorded = rows.some(({ gradientNorms }) => gradientNorms);
  return [
    figure("loss", lossCurves(rows)),
    figure("accuracy", accuracyCurves(rows)),
    ...(tests?.traces ?? []).flatMap(({ output, neurons, Ts }, index) => {
      const place = index === 0 ? "" : `_${index + 1}`;
      const potentials = membranePotentials(neurons, {
        sample: `fold ${fold}, ${output.sample}`,
        Ts,
      });
      return [
        ...(output.logits
          ? [figure("output_logits", runningLogits(output), place)]
          : [
            figure("output_spike_raster", spikeRaster(output), place),
            figure("output_spike_histogram", spikeHistogram(output), place),
          ]),
        figure("membrane_potentials", potentials, place),
      ];
    }),
    figure(
      "firing_rate",
      firingRates(rows, { layers, Ts: timeStepOf(configuration) }),
    ),
    ...(recorded
      ? [figure("gradient_norm", gradientNorms(rows, { layers }))]
      : []),
    ...layers.flatMap((layer) => {
      // Names in the weights file could point outside of the folder.
      const array = weights.get(fold)?.[`${layer}.weight`];
      if (array === undefined) return [];
      const isOutput = layer === layers.at(-1) && !votes;
      const classes = isOutput ? tests?.evaluation.classes : [];
      const spec = weightFilters(`${layer}, fold ${fold}`, array, { classes });
      return figure(`weights_${layer}`, spec);
    }),
  ];
}
