/**
 * Nests layers into the entries of a configuration: in sequence, and as
 * residual blocks where spikes are added.
 *
 * @module
 */

import type { NamedArray } from "../../../engine/network/weights.ts";
import type { Extent } from "../../../engine/network/network.ts";
import type { NetworkEntry } from "../../configuration/schema/network.ts";
import { NetworkError } from "./network_error.ts";

/** A sum of the spikes of several sources. */
export interface SpikeSum {
  /** Indices of the sources, ascending; a source reads only earlier ones. */
  readonly sources: readonly number[];
  /** Channels, height and width. */
  readonly extent: Extent;
}

/** A layer of weights and neurons, as an entry of a configuration. */
export interface ImportedUnit {
  /** Name in the other program. */
  readonly node: string;
  /** The entry. */
  readonly entry: NetworkEntry;
  /** Arrays by the part of their name after the layer's, such as `weight`. */
  readonly arrays: Readonly<Record<string, NamedArray>>;
}

/** A source of spikes: the input, neurons, or a pool. */
export type SpikeSource =
  | { readonly kind: "input" }
  | {
    readonly kind: "unit";
    readonly unit: ImportedUnit;
    readonly reads: SpikeSum;
  }
  | {
    readonly kind: "pool";
    readonly way: "max" | "average";
    readonly window: number;
    readonly reads: SpikeSum;
  };

/** An entry, and the layers inside it in the order in which they are built. */
interface Step {
  readonly entry: NetworkEntry;
  readonly units: readonly ImportedUnit[];
  /** The spikes that the entry reads. */
  readonly reads: SpikeSum;
}

/** Entries and weights of a network. */
export interface NestedUnits {
  /** The entries, first to last. */
  readonly layers: readonly NetworkEntry[];
  /** Weights by their names in this project. */
  readonly weights: Readonly<Record<string, NamedArray>>;
  /** Name of each layer in the other program, in order. */
  readonly nodes: readonly string[];
}

/**
 * Nests sources of spikes into entries.
 *
 * @param sources The sources, by index.
 * @param last The spikes that the network returns.
 * @returns Entries, and weights under the names of their layers.
 * @throws {NetworkError} If a sum of spikes is not a residual connection.
 */
export function nestUnits(
  sources: readonly SpikeSource[],
  last: SpikeSum,
): NestedUnits {
  const nest = new Nest(sources);
  const steps = nest.stepsBetween(undefined, last);
  const numbers = { conv: 0, fc: 0 };
  const weights: Record<string, NamedArray> = {};
  const units = steps.flatMap(({ units }) => units);
  for (const { entry, arrays } of units) {
    const prefix = "dense" in entry ? "fc" : "conv";
    const name = `${prefix}${++numbers[prefix]}`;
    for (const [array, values] of Object.entries(arrays)) {
      weights[`${name}.${array}`] = values;
    }
  }
  return {
    layers: steps.map(({ entry }) => entry),
    weights,
    nodes: units.map(({ node }) => node),
  };
}

function keyOf({ sources }: SpikeSum): string {
  return sources.join();
}

class Nest {
  readonly #sources: readonly SpikeSource[];
  readonly #steps = new Map<string, Step | undefined>();

  constructor(sources: readonly SpikeSource[]) {
    this.#sources = sources;
  }

  /** Lists the steps from one sum, or from the input, to another. */
  stepsBetween(first: SpikeSum | undefined, last: SpikeSum): Step[] {
    const steps: Step[] = [];
    const end = first && keyOf(first);
    for (let sum = last; keyOf(sum) !== end;) {
      const step = this.#stepTo(sum);
      if (!step) break;
      steps.unshift(step);
      sum = step.reads;
    }
    return steps;
  }

  /** Walks from a sum back to the input, beginning with the sum itself. */
  *#trunk(sum: SpikeSum): Generator<SpikeSum> {
    for (let step; (yield sum), step = this.#stepTo(sum);) sum = step.reads;
  }

  /** The entry whose output is this sum; `undefined` for the input. */
  #stepTo(sum: SpikeSum): Step | undefined {
    const key = keyOf(sum);
    if (!this.#steps.has(key)) this.#steps.set(key, this.#makeStep(sum));
    return this.#steps.get(key);
  }

  #makeStep(sum: SpikeSum): Step | undefined {
    if (sum.sources.length > 1) return this.#makeResidual(sum);
    const source = this.#sources[sum.sources[0]];
    if (source.kind === "input") return undefined;
    if (source.kind !== "unit" && source.kind !== "pool") {
      throw new NetworkError("no pool reads a threshold of counts");
    }
    const { reads } = source;
    return source.kind === "unit"
      ? { entry: source.unit.entry, units: [source.unit], reads }
      : { entry: { pool: { [source.way]: source.window } }, units: [], reads };
  }

  /** Takes the last source as the residual path, the others as the shortcut. */
  #makeResidual({ sources, extent }: SpikeSum): Step {
    const through = { sources: sources.slice(-1), extent };
    const around = { sources: sources.slice(0, -1), extent };
    const before = new Map(
      [...this.#trunk(around)].map((sum) => [keyOf(sum), sum]),
    );
    const start = [...this.#trunk(through)]
      .map((sum) => before.get(keyOf(sum)))
      .find((sum) => sum !== undefined);
    if (!start) {
      const last = this.#sources[sources[sources.length - 1]];
      throw new NetworkError(
        "its spikes are added to others that come from elsewhere",
        { node: last.kind === "unit" ? last.unit.node : undefined },
      );
    }
    const shortcut = this.stepsBetween(start, around);
    const residual = this.stepsBetween(start, through);
    const entries = (steps: Step[]) => steps.map(({ entry }) => entry);
    return {
      entry: {
        residual: entries(residual),
        ...(shortcut.length > 0 && { shortcut: entries(shortcut) }),
      },
      units: [...shortcut, ...residual].flatMap(({ units }) => units),
      reads: start,
    };
  }
}
