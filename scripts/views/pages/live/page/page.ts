/// <reference lib="dom" />
/**
 * The script of the live page: shows the parts of the run that the server
 * sends.
 *
 * @module
 */

import type { PageData, ProgressPart, RunPart } from "../page_data.ts";
import { Charts } from "./charts.ts";
import { confusionTable } from "./confusion.ts";
import { element, find, tableOf } from "./elements.ts";
import { showRecording } from "./recording.ts";
import { Samples } from "./samples.ts";

/** Time without a change after which the page warns, in ms. */
const SILENCE = 120_000;

/** Names of the states of a run. */
const STATES = {
  waiting: "Waiting",
  training: "Training",
  ended: "Ended",
  stopped: "Stopped",
  failed: "Failed",
  unknown: "Not ended",
} as const;

const charts = new Charts(find("#curves .charts"));
const samples = new Samples();
let run: RunPart | undefined;
let connected = true;
/** Whether the server classifies a live recording. */
let follows = false;
let source: EventSource | undefined;

/** Functions that show each part. */
const SHOW: { [Name in keyof PageData]: (part: PageData[Name]) => void } = {
  live(part) {
    follows = part !== null;
    showRecording(part);
  },
  run(part) {
    run = part;
    showFolds(part.folds);
    showState();
  },
  progress: showProgress,
  figures(part) {
    find("#figures").hidden = part === null;
    if (part === null) return;
    find("#figures-title").textContent = part.title;
    find("#figures dl").replaceChildren(
      ...part.figures.map(({ name, value, note }) =>
        element(
          "div",
          element("dt", name),
          element("dd", value),
          element("dd", note),
        )
      ),
    );
  },
  alarms(alarms) {
    const before = find("#alarms ul").childElementCount;
    find("#alarms").hidden = alarms.length === 0;
    find("#alarms ul").replaceChildren(
      ...alarms.map(({ fold, epoch, warning }) => {
        const [condition, remedy] = warning.split(/: (.*)/s);
        return element(
          "li",
          element("strong", condition),
          element("span", remedy ?? ""),
          element("small", `fold ${fold}, epoch ${epoch}`),
        );
      }),
    );
    if (alarms.length > before) announce(`Alarm: ${alarms.at(-1)!.warning}`);
  },
  charts(parts) {
    find("#curves").hidden = parts.length === 0;
    charts.show(parts);
  },
  confusion(part) {
    find("#confusion").hidden = part === null;
    if (part === null) return;
    find("#confusion .quiet").textContent = `${part.title}: ${part.summary}`;
    find("#confusion .scroll").replaceChildren(confusionTable(part));
  },
  samples: (part) => samples.show(part),
  epochs(table) {
    if (table.length === 0) return;
    find("#epochs").replaceChildren(tableOf(table, "The latest epochs"));
  },
  results(table) {
    find("#results").hidden = table.length === 0;
    if (table.length === 0) return;
    find("#results .scroll").replaceChildren(tableOf(table, "Results"));
    // Without a validation set the test set selects the best epoch.
    const [, , , , validation] = table[1];
    find("#optimistic").hidden = validation !== "–";
  },
};

function showState(): void {
  if (!run) return;
  const { folder, state, facts, problems } = run;
  const silent = state === "training" && Date.now() - run.changed > SILENCE;
  const word = !connected
    ? "Not connected"
    : silent
    ? "No news"
    : STATES[state];
  const place = find("#state");
  if (place.textContent !== word) {
    place.textContent = word;
    place.dataset.state = connected && !silent ? state : "silent";
    announce(`${word}: ${folder}`);
  }
  const name = folder.replace(/\/+$/, "").split("/").at(-1)!;
  document.title = `${word} – ${name}`;
  find("#folder").textContent = folder;
  find("#facts").textContent = [...facts, ...problems].join(" · ");
  find("#advice").replaceChildren(...advice(run, silent));
}

/** Advises the user for the state of the run. */
function advice(
  { folder, state, changed, problem, resume }: RunPart,
  silent: boolean,
): (string | Node)[] {
  const command = (text: string) => element("code", text);
  const goOn = resume ? [" To go on: ", command(resume)] : [];
  if (!connected && follows) {
    return ["The program that follows the recording has ended."];
  }
  if (!connected) {
    return [
      "The program that serves this page has ended. The page reconnects once " +
      "you start it again: ",
      command(`deno task view --run ${folder} --port ${location.port}`),
    ];
  }
  if (silent) {
    const minutes = Math.floor((Date.now() - changed) / 60_000);
    return [
      `Nothing was written for ${minutes} minutes. A batch may take long, or ` +
      "the training program was killed.",
      ...goOn,
    ];
  }
  switch (state) {
    case "waiting":
      return [
        `No run is in ${folder} yet. Start one in another terminal: `,
        command(
          folder === "output"
            ? "deno task train"
            : `deno task train --out ${folder}`,
        ),
      ];
    case "stopped":
      return ["Stopped by its user.", ...goOn];
    case "failed":
      return [`${problem}.`];
    case "unknown":
      return ["Its folder does not show whether it is still training."];
    default:
      return [];
  }
}

function showProgress(part: ProgressPart | null): void {
  find("#progress").hidden = part === null;
  if (part === null) return;
  const { fold, folds, epoch, epochs, set, samples, total } = part;
  find("#where").replaceChildren(
    element("strong", `Epoch ${epoch}`),
    ` of ${epochs}, counted from 0`,
    ...(folds > 1 ? [`, fold ${fold}`] : []),
  );
  find("#speed").textContent = `${set}: ${samples} of ${total} samples, ` +
    `${Math.round(part.samplesPerSecond)} a second`;
  const bar = find<HTMLProgressElement>("#pass");
  bar.max = total;
  bar.value = samples;
  const { deviceShare, dataShare } = part;
  const shares = [
    ["device", deviceShare],
    ["data", dataShare],
    ["program", Math.max(0, 1 - deviceShare - dataShare)],
  ] as const;
  find("#shares").replaceChildren(
    ...shares.map(([name, share]) => {
      const item = element("li", `${name} ${Math.round(100 * share)} %`);
      item.className = name;
      return item;
    }),
  );
  find("#bar").replaceChildren(
    ...shares.map(([name, share]) => {
      const piece = element("span");
      piece.className = name;
      piece.style.flexGrow = String(share);
      return piece;
    }),
  );
}

/** Announces a text to screen readers. */
function announce(text: string): void {
  find("#announcement").textContent = text;
}

/** The chosen fold, which is kept in the address of the page. */
function chosenFold(): string {
  return new URLSearchParams(location.search).get("fold") ?? "";
}

function showFolds(folds: readonly number[]): void {
  const form = find("#folds");
  const field = find("#folds fieldset");
  const shown = [...field.querySelectorAll("input")].map(({ value }) => value);
  const values = ["", ...folds.map(String)];
  form.hidden = folds.length < 2;
  if (shown.join() === values.join()) return;
  field.querySelectorAll("label").forEach((label) => label.remove());
  field.append(...values.map((value) => {
    const input = element("input");
    input.type = "radio";
    input.name = "fold";
    input.value = value;
    input.checked = value === chosenFold();
    input.onchange = () => {
      const address = new URL(location.href);
      if (value === "") address.searchParams.delete("fold");
      else address.searchParams.set("fold", value);
      history.replaceState(null, "", address);
      connect();
    };
    return element(
      "label",
      input,
      value === "" ? "all folds" : `fold ${value}`,
    );
  }));
}

/** Connects to the server, which sends all parts, then those that change. */
function connect(): void {
  source?.close();
  const fold = chosenFold();
  const opened = new EventSource(fold ? `/events?fold=${fold}` : "/events");
  source = opened;
  opened.onopen = () => {
    connected = true;
    showState();
  };
  opened.onerror = () => {
    connected = false;
    showState();
  };
  opened.onmessage = ({ data }) => {
    const parts: Partial<PageData> = JSON.parse(data);
    for (const [name, part] of Object.entries(parts)) {
      (SHOW[name as keyof PageData] as (part: unknown) => void)(part);
    }
  };
}

// Charts measure texts: wait for the font.
await Promise.all([...document.fonts].map((face) => face.load()));
connect();
setInterval(showState, 5000);
