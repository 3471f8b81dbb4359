/**
 * Accuracy by class, by lighting session and by person, as bar charts.
 *
 * @module
 */

import type { Outcome } from "./confusion_matrix.ts";
import { ROW, rowAxis } from "./rows.ts";
import { chart, type ChartSpec, emptyChart } from "./spec.ts";
import { COLOURS } from "./theme.ts";

/**
 * True and predicted class of a tested sample, with its group, or its person
 * and session.
 */
export interface PersonalOutcome extends Outcome {
  /** Group of recordings, such as a person or a day. */
  readonly group?: string;
  /** Name of the person, such as `user05`. */
  readonly person?: string;
  /** Lighting session, `S1` to `S4`. */
  readonly session?: string;
}

/**
 * Names of SL-Animals-DVS's lighting sessions; recordings are named after the
 * second part.
 */
const SESSIONS: Readonly<Record<string, string>> = {
  S1: "S1, imse",
  S2: "S2, dc",
  S3: "S3, indoor",
  S4: "S4, sunlight",
};

/** Number of correct predictions of a class, session or person. */
interface Group {
  readonly group: string;
  readonly session?: string;
  readonly right: number;
  readonly samples: number;
}

/**
 * Draws the accuracy of each class.
 *
 * @param outcomes The samples, of all folds.
 * @param classes Names of the classes, in their order.
 * @returns The chart.
 *
 * @example
 * ```ts
 * import { classAccuracy } from "./group_accuracy.ts";
 * const spec = classAccuracy([{ label: 0, prediction: 0 }], ["cat", "dog"]);
 * if (spec.title.text !== "Accuracy by class") throw new Error();
 * ```
 */
export function classAccuracy(
  outcomes: readonly Outcome[],
  classes: readonly string[],
): ChartSpec {
  const groups = classes.map((group, label) =>
    count(group, outcomes.filter((outcome) => outcome.label === label))
  );
  return bars("class", groups);
}

/**
 * Draws the accuracy of each group, such as a person or a day.
 *
 * @param outcomes The samples, of all folds.
 * @returns The chart.
 *
 * @example
 * ```ts
 * import { groupAccuracy } from "./group_accuracy.ts";
 * const spec = groupAccuracy([{ label: 0, prediction: 0, group: "ann" }]);
 * if (spec.title.text !== "Accuracy by group") throw new Error();
 * ```
 */
export function groupAccuracy(
  outcomes: readonly PersonalOutcome[],
): ChartSpec {
  const groups = Map.groupBy(
    outcomes.filter(({ group }) => group !== undefined),
    ({ group }) => group!,
  );
  return bars(
    "group",
    [...groups].sort().map(([group, members]) => count(group, members)),
  );
}

/**
 * Draws the accuracy of each lighting session.
 *
 * @param outcomes The samples, of all folds.
 * @returns The chart.
 *
 * @example
 * ```ts
 * import { sessionAccuracy } from "./group_accuracy.ts";
 * const spec = sessionAccuracy([{ label: 0, prediction: 0, session: "S3" }]);
 * if (spec.title.text !== "Accuracy by lighting session") throw new Error();
 * ```
 */
export function sessionAccuracy(
  outcomes: readonly PersonalOutcome[],
): ChartSpec {
  const sessions = Map.groupBy(
    outcomes.filter(({ session }) => session !== undefined),
    ({ session }) => nameSession(session!),
  );
  const groups = [...sessions].sort().map(([session, members]) => ({
    ...count(session, members),
    session,
  }));
  return bars("lighting session", groups);
}

/**
 * Draws the accuracy of each person, coloured by lighting session.
 *
 * @param outcomes The samples, of all folds.
 * @returns The chart.
 *
 * @example
 * ```ts
 * import { personAccuracy } from "./group_accuracy.ts";
 * const spec = personAccuracy([{ label: 0, prediction: 0, person: "user05" }]);
 * if (spec.title.text !== "Accuracy by person") throw new Error();
 * ```
 */
export function personAccuracy(
  outcomes: readonly PersonalOutcome[],
): ChartSpec {
  const people = Map.groupBy(
    outcomes.filter(({ person }) => person !== undefined),
    ({ person, session }) => JSON.stringify([person, session ?? null]),
  );
  const groups = [...people].sort().map(([key, members]) => {
    const [person, session]: [string, string | null] = JSON.parse(key);
    const group = count(person, members);
    return session === null
      ? group
      : { ...group, session: nameSession(session) };
  });
  return bars("person", groups);
}

function nameSession(session: string): string {
  return SESSIONS[session] ?? session;
}

function count(group: string, outcomes: readonly Outcome[]): Group {
  return {
    group,
    right: outcomes.filter((o) => o.label === o.prediction).length,
    samples: outcomes.length,
  };
}

function bars(kind: string, groups: readonly Group[]): ChartSpec {
  const title = `Accuracy by ${kind}`;
  const samples = groups.reduce((sum, group) => sum + group.samples, 0);
  if (samples === 0) {
    return emptyChart(title, `No tested sample has a ${kind}`);
  }
  const values = groups.map((group) => ({
    ...group,
    accuracy: group.samples === 0 ? null : 100 * group.right / group.samples,
    fraction: `${group.right} of ${group.samples}`,
  }));
  const sessions = Object.values(SESSIONS);
  const present = sessions.filter((name) =>
    groups.some(({ session }) => session === name)
  );
  const colour = present.length === 0 ? { value: COLOURS[0] } : {
    field: "session",
    type: "nominal",
    title: "lighting session",
    scale: { domain: sessions, range: COLOURS },
    // The chart of sessions names them on its axis, so it needs no legend.
    legend: kind === "person" ? { values: present, orient: "bottom" } : null,
  };
  const names = groups.map(({ group }) => group);
  return chart({
    text: title,
    subtitle: "right of all test samples, all folds together",
  }, {
    width: 420,
    height: { step: ROW },
    data: { values },
    encoding: { y: rowAxis("group", { names, title: kind }) },
    layer: [
      {
        mark: { type: "bar", height: ROW - 6 },
        encoding: {
          x: {
            field: "accuracy",
            type: "quantitative",
            title: "accuracy (%)",
            scale: { domain: [0, 100] },
          },
          color: colour,
          tooltip: [
            { field: "group", type: "nominal", title: kind },
            {
              field: "accuracy",
              type: "quantitative",
              format: ".1f",
              title: "accuracy (%)",
            },
            { field: "fraction", type: "nominal", title: "right" },
          ],
        },
      },
      {
        mark: { type: "text", align: "left", dx: 6, fontSize: 11 },
        encoding: {
          x: { value: "width" },
          text: { field: "fraction", type: "nominal" },
        },
      },
    ],
  });
}
