/**
 * The script of the browser page: connects its controls to data, network and
 * views.
 *
 * @module
 */

/// <reference lib="dom" />

import { type Device, openDevice } from "../../../../engine/device/device.ts";
import { WeightsError } from "../../../../engine/network/safetensors.ts";
import { readYaml } from "../../../configuration/yaml_text.ts";
import { formatEvents } from "../../pictures/samples/time_unit.ts";
import { loadWeights } from "../../../../engine/network/weights_file.ts";
import { watchGround } from "./views/colours.ts";
import { type DroppedFile, droppedFiles } from "./data/dropped_files.ts";
import { drawEvents } from "./views/event_view.ts";
import { type HeldFiles, holdFiles } from "./data/held_files.ts";
import { openRecordings, type Recording } from "./data/held_recordings.ts";
import { type LayerView, viewLayer } from "./views/layer_view.ts";
import { runNetwork, type TrainedNetwork } from "./data/network_run.ts";
import type { PageSample } from "./data/page_sample.ts";
import { Player } from "./player.ts";
import { filmRecording } from "./data/synthetic_people.ts";
import { CONFIGURATION } from "./data/training.ts";
import { type Find, trainInPanel } from "./training_panel.ts";
import { viewVotes, wordVerdict } from "./views/vote_view.ts";

const find: Find = (id) => document.getElementById(id) as never;

const picture = find<HTMLCanvasElement>("picture");
const sign = find<HTMLSelectElement>("sign");
const fold = find<HTMLSelectElement>("fold");
const start = find<HTMLButtonElement>("start");
const film = find<HTMLButtonElement>("film");

let device: Device | undefined;
let held: HeldFiles = { recordings: [], weights: [] };
let recording: Recording | undefined;
let sample: PageSample | undefined;
let network: TrainedNetwork | undefined;
let layers: readonly LayerView[] = [];
let drawVotes: (time: number) => void = () => {};
let latestRun = 0;

const player = new Player(
  {
    play: find("play"),
    time: find("time"),
    speed: find("speed"),
    clock: find("clock"),
  },
  (time) => {
    if (sample) drawEvents(picture, sample.picture, time - sample.offset);
    for (const layer of layers) layer.draw(time);
    drawVotes(time);
  },
);

/** Writes a text into an element. */
function say(id: string, words: string): void {
  find(id).textContent = words;
}

/** Runs an action, and shows its error in one line if it fails. */
async function attempt(action: () => Promise<void>): Promise<void> {
  say("problem", "");
  try {
    await action();
  } catch (error) {
    say("problem", error instanceof Error ? error.message : String(error));
  }
}

async function useFiles(files: readonly DroppedFile[]): Promise<void> {
  const before = held;
  const now = await holdFiles(before, files);
  const changed = (...keys: (keyof HeldFiles)[]) =>
    keys.some((key) => now[key] !== before[key]);
  if (changed("weights", "configuration")) {
    network = await readNetwork(now, 0);
    const names = now.weights.map(({ name }) => name);
    offer(fold, names.map((name) => /fold\d+/.exec(name)?.[0] ?? name));
  }
  if (now.recordings.length > 0 && changed("recordings", "tags", "classes")) {
    await useRecording(await openRecordings(now));
  } else await showNetwork();
  held = now;
}

/** Fills a selection list, which is hidden if it has fewer than two entries. */
function offer(select: HTMLSelectElement, names: readonly string[]): void {
  select.replaceChildren(
    ...names.map((name, index) => new Option(name, String(index))),
  );
  find(`${select.id}-label`).hidden = names.length < 2;
}

/** Reads configuration and weights of a network; shows which is missing. */
async function readNetwork(
  { configuration: file, weights: files }: HeldFiles,
  number: number,
): Promise<TrainedNetwork | undefined> {
  const configuration = file &&
    readYaml(await file.text(), file.name, { resolve: (path) => path });
  const weights = files[number] && await readWeights(files[number]);
  if (configuration && weights) {
    return { name: files[number].name, configuration, weights };
  }
  const missing = weights ? "config.yaml" : "model_weights_foldN.safetensors";
  say("network", `${missing} is missing; drop it on the page too.`);
  return undefined;
}

async function readWeights(file: File): Promise<TrainedNetwork["weights"]> {
  try {
    return loadWeights(new Uint8Array(await file.arrayBuffer()));
  } catch (cause) {
    const problem = cause instanceof WeightsError
      ? cause.problem
      : (cause as Error).message;
    throw new Error(`Cannot read weights "${file.name}": ${problem}`, {
      cause,
    });
  }
}

async function useRecording(opened: Recording): Promise<void> {
  offer(sign, opened.signs);
  await useSample(opened, 0);
}

async function useSample(opened: Recording, number: number): Promise<void> {
  const read = await opened.open(number);
  recording = opened;
  sample = read;
  const { events, endUs, name } = read.picture;
  say("loaded", `${name}: ${formatEvents(events.t.length)}`);
  find("empty").hidden = true;
  clearRun();
  player.load(endUs / 1000 + read.offset);
  await showNetwork();
}

function clearRun(): void {
  latestRun++;
  layers = [];
  drawVotes = () => {};
  find("layers").replaceChildren();
  find("vote").hidden = true;
}

/** Runs the network on the sample, if both are loaded. */
async function showNetwork(): Promise<void> {
  clearRun();
  if (!network) return;
  const { name } = network;
  if (!sample || !device) {
    say(
      "network",
      `${name} waits for a recording${device ? "" : ", and WebGPU"}.`,
    );
    return;
  }
  const [run, shown] = [latestRun, sample];
  say("network", `Running ${name} …`);
  try {
    const done = await runNetwork(device, network, shown);
    // Another sample or network may have been loaded meanwhile.
    if (run !== latestRun) return;
    const upright = shown.picture.origin === "bottom";
    const { label, source: { classes } } = shown;
    const roles = { classes, label, prediction: done.prediction };
    layers = done.layers.map((layer) =>
      viewLayer(layer, {
        Ts: done.Ts,
        upright,
        roles: done.votes.of === "spikes" &&
            layer === done.layers.at(-1) &&
            layer.extent.C === done.votes.values[0].length
          ? roles
          : undefined,
      })
    );
    find("layers").replaceChildren(...layers.map(({ element }) => element));
    drawVotes = viewVotes(find("votes"), done, roles);
    say("verdict", wordVerdict(roles));
    find("vote").hidden = false;
    const bins = done.votes.values.length;
    const length = Number(done.Ts.toPrecision(3));
    say("network", `${name}, on the first ${bins} bins of ${length} ms`);
    player.seek(player.time);
  } catch (error) {
    if (run !== latestRun) return;
    say("network", "");
    throw error;
  }
}

/** Shows the network that was trained in the page. */
async function useTrained(weights: TrainedNetwork["weights"]): Promise<void> {
  offer(fold, []);
  network = {
    name: "the network trained here",
    weights,
    configuration: CONFIGURATION,
  };
  if (sample) await showNetwork();
  else await useRecording(await filmRecording());
}

function listen(): void {
  const files = find<HTMLInputElement>("files");
  files.addEventListener("change", () => {
    const chosen = [...files.files ?? []];
    attempt(() => useFiles(chosen.map((file) => ({ file, path: file.name }))));
  });
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("over");
    const { dataTransfer } = event;
    if (dataTransfer) {
      const dropped = droppedFiles(dataTransfer);
      attempt(async () => await useFiles(await dropped));
    }
  });
  sign.addEventListener("change", () => {
    const opened = recording;
    if (opened) attempt(() => useSample(opened, sign.selectedIndex));
  });
  fold.addEventListener("change", () => {
    attempt(async () => {
      network = await readNetwork(held, fold.selectedIndex);
      await showNetwork();
    });
  });
  film.addEventListener("click", () => {
    attempt(async () => {
      film.disabled = true;
      try {
        say("loaded", "Filming …");
        await useRecording(await filmRecording());
      } finally {
        film.disabled = false;
      }
    });
  });
  start.addEventListener("click", () => {
    const on = device;
    if (!on) return;
    attempt(async () => {
      const weights = await trainInPanel(on, find);
      if (weights) await useTrained(weights);
    });
  });
  document.addEventListener("keydown", onKey);
  watchGround(() => player.seek(player.time));
}

/** Handles keys of the player, unless a control has the focus. */
function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if ((event.target as HTMLElement).closest("button, select, input, a")) return;
  const step = network?.configuration.simulation.Ts ?? 10;
  const actions: Record<string, () => void> = {
    " ": () => player.toggle(),
    ArrowLeft: () => player.seek(player.time - step),
    ArrowRight: () => player.seek(player.time + step),
    "+": () => player.changeSpeed(1),
    "-": () => player.changeSpeed(-1),
  };
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

listen();
try {
  device = await openDevice();
  const { name, software } = device.adapter;
  say(
    "adapter",
    `Computes on ${name}${software ? ", a software adapter: slow" : ""}`,
  );
  start.disabled = false;
} catch (error) {
  say("adapter", (error as Error).message);
  find("without").hidden = false;
}
