/**
 * The panel of the page that trains a network.
 *
 * @module
 */

/// <reference lib="dom" />

import { counted } from "../../../../dataset/files/counted.ts";
import type { Device } from "../../../../engine/device/device.ts";
import { formatConfiguration } from "../../../configuration/yaml_text.ts";
import { saveWeights } from "../../../../engine/network/weights_file.ts";
import { drawCurves } from "./views/curve_view.ts";
import {
  CONFIGURATION,
  type TrainedEpoch,
  trainHere,
} from "./data/training.ts";

/** Finds an element of the page by its id. */
export type Find = <E extends HTMLElement = HTMLElement>(id: string) => E;

/**
 * Trains a network and shows its progress, until training ends or is stopped.
 *
 * @param device The device to train on.
 * @param find Finds the elements of the page.
 * @returns The weights, which the page also offers as files; `undefined` if
 * training was stopped before the first epoch ended.
 * @throws {DeviceError} If the device was lost.
 */
export async function trainInPanel(
  device: Device,
  find: Find,
): Promise<TrainedEpoch["weights"] | undefined> {
  const [start, stop] = [
    find<HTMLButtonElement>("start"),
    find<HTMLButtonElement>("stop"),
  ];
  const progress = find("progress");
  const outcome = find("outcome");
  const curves = find("curves");
  const control = new AbortController();
  const end = () => control.abort();
  const epochs: TrainedEpoch[] = [];
  start.disabled = true;
  stop.disabled = false;
  stop.addEventListener("click", end);
  curves.replaceChildren();
  outcome.textContent = "";
  try {
    await trainHere(device, {
      signal: control.signal,
      onProgress: (words) => progress.textContent = words,
      onEpoch(epoch) {
        epochs.push(epoch);
        drawCurves(curves, epochs, CONFIGURATION.training.epochs);
      },
    });
  } catch (error) {
    if (!control.signal.aborted) throw error;
  } finally {
    stop.removeEventListener("click", end);
    start.disabled = false;
    stop.disabled = true;
    progress.textContent = "";
  }
  const last = epochs.at(-1);
  const word = control.signal.aborted ? "Stopped" : "Done";
  if (!last) {
    outcome.textContent = `${word} before the first epoch ended`;
    return undefined;
  }
  const accuracy = (100 * (last.testAccuracy ?? 0)).toFixed(0);
  outcome.textContent =
    `${word} after ${counted(epochs.length, "epoch")}: ${accuracy} % ` +
    "of the signs of people never trained on are recognised; guessing would " +
    "get 5 %";
  const { weights, epoch } = last;
  offer(
    find("weights"),
    "model_weights_fold1.safetensors",
    saveWeights(weights, { epoch: String(epoch) }),
  );
  offer(find("config"), "config.yaml", formatConfiguration(CONFIGURATION));
  return weights;
}

/** Offers a file for download. */
function offer(
  link: HTMLAnchorElement,
  name: string,
  content: BlobPart,
): void {
  URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([content]));
  link.download = name;
  link.hidden = false;
}
