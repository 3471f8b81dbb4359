/**
 * Spike time loss.
 *
 * @module
 */

import { lossSpikeTime } from "../../kernels/output/loss.ts";
import { BINS_PER_WORD } from "../../kernels/spec.ts";
import { ShapeError } from "../device/errors.ts";
import { groupsFor, launch } from "../device/launch.ts";
import type { Loss, LossSample } from "./loss.ts";
import { tapLoops } from "./num_spikes.ts";
import { responseOf, type ResponseOptions } from "./response.ts";

/** Target spike times of the sample's class, and of all other classes. */
export interface SpikeTimes extends ResponseOptions {
  /** Spike times in ms of the sample's class, and of each other class. */
  readonly times: {
    readonly true: readonly number[];
    readonly false: readonly number[];
  };
}

/** Target spike times of each output, for each class. */
export interface SpikeTrains extends ResponseOptions {
  /** Spike times in ms, by class of the sample, then by output. */
  readonly trains: readonly (readonly (readonly number[])[])[];
}

/**
 * Spike time loss: each output has target spike times.
 *
 * Compares spikes filtered by the response ε (PSP kernel) of an SRM-alpha
 * neuron, and filters the gradient by its adjoint. The time constant is that of
 * the output neuron, or `tauSr`.
 *
 * @param options Target spike times.
 * @returns The loss.
 *
 * @example
 * ```ts
 * import { spikeTime } from "./spike_time.ts";
 * const loss = spikeTime({ times: { true: [50, 150], false: [] } });
 * if (loss.name !== "spikeTime") throw new Error("another name");
 * ```
 *
 * Source: SLAYER, arXiv:1810.08646, section 3.4.
 */
export function spikeTime(options: SpikeTimes | SpikeTrains): Loss {
  return {
    name: "spikeTime",
    countsVotes: true,
    settle(sample) {
      const { T, O, Ts, voters } = sample;
      const { K, taps, adjoint } = responseOf("spikeTime", options, sample);
      const rows = "times" in options
        ? [options.times.true, options.times.false]
        : rowsOf(options, sample);
      return {
        uniforms: { taps },
        tables: { desired: packTrains(rows, sample) },
        forward: [launch({
          kernel: lossSpikeTime,
          constants: {
            T,
            O,
            K,
            Ts,
            trains: Number("trains" in options),
            voters,
          },
          grid: [groupsFor(O, 1), "samples", 1],
          loops: tapLoops(sample, K),
        })],
        backward: [adjoint],
      };
    },
  };
}

/** Concatenates the spike trains of all classes. */
function rowsOf({ trains }: SpikeTrains, { O }: LossSample) {
  const lengths = [trains, ...trains].map(({ length }) => length);
  const wrong = lengths.find((length) => length !== O);
  if (wrong !== undefined) {
    throw new ShapeError(
      `Cannot aim at ${wrong} spike trains: the network has ${O} outputs, ` +
        `and as many classes with ${O} trains each are expected`,
    );
  }
  return trains.flat();
}

/** Packs spike trains into words, one bit per bin. */
function packTrains(
  rows: readonly (readonly number[])[],
  { Ts, T }: LossSample,
): Uint32Array<ArrayBuffer> {
  const B = Math.ceil(T / BINS_PER_WORD);
  const words = new Uint32Array(rows.length * B);
  rows.forEach((times, row) => {
    for (const time of times) {
      const bin = Math.round(time / Ts);
      if (!(time >= 0 && bin < T)) {
        throw new ShapeError(
          `Cannot aim at a spike at ${time} ms: it is bin ${bin} of a ` +
            `sample's ${T}, counted from 0`,
        );
      }
      const word = row * B + Math.floor(bin / BINS_PER_WORD);
      const bit = 1 << bin % BINS_PER_WORD;
      if (words[word] & bit) {
        throw new ShapeError(
          `Cannot aim at a spike at ${time} ms: in bin ${bin} there is one, ` +
            "and a neuron spikes once in a bin at most",
        );
      }
      words[word] |= bit;
    }
  });
  return words;
}
