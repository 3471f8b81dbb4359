/**
 * Converts networks between file formats.
 *
 * @module
 */

import { dirname } from "node:path";
import { fileProblem } from "../../dataset/files/file_problem.ts";
import { DeviceError, ShapeError } from "../../engine/device/errors.ts";
import { openPreferredDevice } from "../device/adapter.ts";
import { saveFiles } from "../files/atomic_write.ts";
import { NetworkError } from "./network/network_error.ts";
import { readNetwork, type SourceOptions } from "./network_source.ts";
import { encodeNetwork, type NetworkTarget } from "./network_target.ts";
import { type Agreement, openQuestions } from "./self_check/agreement.ts";
import {
  compareDecisions,
  type DecisionAgreement,
} from "./self_check/compare_decisions.ts";
import { compareNetworks } from "./self_check/compare_networks.ts";

/** Fraction of differing spikes that rounding may explain. */
const ROUNDED = 0.001;

/** File name endings of networks. */
const ENDING = /\.(nir|net|pth|pt|safetensors|yaml)$/i;

/** Result of a conversion. */
export interface Conversion {
  /** Paths and sizes of the files written. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  /** Assumptions and changes, one line each. */
  readonly notes: readonly string[];
  /**
   * Whether the written network computes something different from the one read.
   */
  readonly lossy: boolean;
  /**
   * Agreement of the engine's spikes with those of the written network, run by
   * the equations of its own program; absent without a device.
   */
  readonly check?: Agreement & {
    /** Agreement of predictions, if the files are lossy. */
    readonly decisions?: DecisionAgreement;
  };
}

/**
 * Tells whether a file or folder holds a network, by its name.
 *
 * @param path The file or folder.
 * @returns Whether it is one that {@linkcode convertNetwork} writes.
 */
export function isNetwork(path: string): boolean {
  return ENDING.test(path);
}

/**
 * Converts a network and checks the result: the written files are read back and
 * run on random spikes by the equations of their own program, and the engine's
 * spikes are compared to those.
 *
 * @param input A file of a network, or a run folder.
 * @param output The new file; `.yaml` and `.safetensors` are written together.
 * @param options Time step, configuration, fold and sensor.
 * @returns Paths, notes and the result of the check.
 * @throws {Error} If the network cannot be read or written, an output file
 * exists already, or the network read back computes something different.
 */
export async function convertNetwork(
  input: string,
  output: string,
  options: SourceOptions,
): Promise<Conversion> {
  const source = await within(
    `Cannot read network "${input}"`,
    () => readNetwork(input, options),
  );
  const target = await within(
    `Cannot write "${output}"`,
    () => encodeNetwork(source, output, options),
  );
  const { files, lossy } = target;
  const folder = dirname(output);
  for (const name of Object.keys(files)) await requireNew(folder, name);
  const notes = [...source.notes, ...target.notes];
  const check = await checkTarget(target);
  notes.push(
    ...typeof check === "string" ? [check] : openQuestions(check, { lossy }),
  );
  const paths = await saveFiles(folder, files);
  return {
    files: Object.values(files).map((content, i) => ({
      path: paths[i],
      bytes: content.length,
    })),
    notes,
    lossy,
    ...(typeof check === "object" && { check }),
  };
}

/** Adds the file to error messages that do not name it. */
async function within<T>(what: string, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (cause) {
    const problem = cause instanceof NetworkError
      ? cause.problem
      : cause instanceof RangeError || cause instanceof ShapeError
      ? cause.message
      : undefined;
    if (problem !== undefined) {
      throw new Error(`${what}: ${problem}`, { cause });
    }
    throw cause;
  }
}

async function requireNew(folder: string, name: string): Promise<void> {
  const path = folder === "." ? name : `${folder}/${name}`;
  const info = await Deno.lstat(path).catch((cause) => {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw new Error(`Cannot write "${path}": ${fileProblem(cause)}`, { cause });
  });
  if (info) throw new Error(`Cannot write "${path}": it is there already`);
}

/** Compares the networks; returns the reason if there is no device. */
async function checkTarget(
  { network, counterpart, lossy }: NetworkTarget,
): Promise<NonNullable<Conversion["check"]> | string> {
  const device = await openPreferredDevice().catch((error: Error) => {
    if (error.cause instanceof DeviceError) return error.message;
    throw error;
  });
  if (typeof device === "string") return `not checked: ${device}`;
  try {
    const check = await compareNetworks(device, network, counterpart);
    const wrong = check.layers.find(({ spikes, differing }) =>
      differing > ROUNDED * spikes
    );
    if (lossy) {
      const decisions = await compareDecisions(device, network, counterpart);
      return { ...check, decisions };
    }
    if (!wrong) return check;
    throw new Error(
      `Cannot convert the network: by the equations of the file, layer ` +
        `"${wrong.name}" has ${wrong.differing} other spikes, of ${wrong.spikes}`,
    );
  } finally {
    device.destroy();
  }
}
