/**
 * The layers of a configuration.
 *
 * @module
 */

import * as v from "npm:valibot@1.5.0";
import { findSimilar } from "npm:@optique/core@1.3.6/suggestion";
import { NORM_KINDS } from "../../../engine/layerwise/units/units.ts";
import { areUnits } from "../../../engine/layerwise/units/unit_descriptions.ts";
import type { ModelDescription } from "../../../engine/model.ts";
import type { NeuronDescription } from "../../../engine/neurons/describe_neuron.ts";
import type { NeuronKind } from "../../../engine/neurons/neuron_kind.ts";
import { parseNetworkText } from "./network_text.ts";
import { describeNeuronOf, neuron, type NeuronSection } from "./neuron.ts";
import {
  count,
  countFrom1,
  expected,
  flag,
  isMapping,
  list,
  moderate,
  notNegative,
  oneOf,
  pair,
  section,
  worded,
} from "./values.ts";

/** Word that stands for the number of classes of the data set. */
export const CLASSES = "classes";

/** Number of outputs: a number, or the number of classes. */
const outputs = v.union(
  [v.literal(CLASSES), countFrom1],
  expected("a whole number of at least 1, or classes"),
);

/** Whether gain and direction of each output's weights are updated apart. */
const weightNorm = v.optional(flag);

const denseSection = section({
  out: outputs,
  weightScale: v.optional(moderate),
  weightNorm,
});

/** Keys that may stand beside a layer's weights, or follow them as an entry. */
const OPTIONS = {
  /**
   * Normalisation of drives: by batch statistics, by subtracting the mean, or
   * by subtracting it and dividing by a power of two.
   */
  norm: v.optional(oneOf(...NORM_KINDS)),
  /** Adds a bias. Default: unless drives are normalised. */
  bias: v.optional(flag),
  /** The layer's own neuron, or `none` for a readout. */
  neuron: v.optional(
    v.lazy((value) => value === "none" ? v.literal("none") : neuron),
  ),
  /** Probability that an output is silenced for a whole training sample. */
  dropout: v.optional(
    worded(
      "a number from 0 to below 1",
      v.pipe(v.number(), v.minValue(0), v.ltValue(1)),
    ),
  ),
};

/** Fixed or learned delays of spikes in ms, or in bins with `input.slices`. */
const delay = v.lazy((value) =>
  isMapping(value)
    ? section({
      /** Axis of learned delays: one per neuron or per channel. */
      per: v.optional(oneOf("neuron", "channel"), "neuron"),
      /** Longest delay. */
      max: v.optional(moderate),
      /** Factor of the learning rate. */
      rate: v.optional(notNegative, 1),
    })
    : worded(
      "a number from 0, or per, max and rate of learned delays",
      v.pipe(v.number(), v.finite(), v.minValue(0)),
    )
);

/** Options for the spikes on their way to the layer above. */
const AXONS = { delay: v.optional(delay), dropout: OPTIONS.dropout };

/** Step to which weights are rounded in every pass. */
const quantize = v.optional(moderate);

/** Pooling of spikes without neurons. */
const pooling = v.lazy((value) => {
  const kinds = ["max", "average", "adaptive"] as const;
  if (!isMapping(value)) return v.never(expected(kinds.join(" or ")));
  const given = kinds.filter((kind) => kind in value);
  if (given.length > 1) {
    return v.never(
      `has ${given.join(" and ")}, expected one of ${kinds.join(", ")}`,
    );
  }
  const known = given.length > 0 ? given : kinds;
  return section(
    Object.fromEntries(known.map((kind) => [kind, countFrom1])),
  );
});

const WINDOWS = {
  out: countFrom1,
  kernel: pair(countFrom1),
  stride: v.optional(pair(countFrom1)),
  padding: v.optional(pair(count)),
  dilation: v.optional(pair(countFrom1)),
  groups: v.optional(countFrom1),
  weightScale: v.optional(moderate),
};

/** Keys of entries, by the key that identifies their kind. */
const KEYS: Readonly<Record<string, v.ObjectEntries>> = {
  conv: {
    conv: section({ ...WINDOWS, weightNorm }),
    ...OPTIONS,
    pool: v.optional(pooling),
    quantize,
    ...AXONS,
  },
  // Half of the maps are computed from the others by depthwise kernels.
  ghost: {
    ghost: section(WINDOWS),
    ...OPTIONS,
    delay: AXONS.delay,
    pool: v.optional(pooling),
  },
  dense: {
    dense: v.lazy((value) => isMapping(value) ? denseSection : outputs),
    /** Whether neurons also read their own layer's spikes, one bin later. */
    recurrent: v.optional(flag),
    ...OPTIONS,
    pool: v.optional(pooling),
    quantize,
    ...AXONS,
  },
  // Average over groups of neurons, for voting.
  average: { average: outputs },
  residual: {
    residual: v.lazy(() => layers),
    shortcut: v.optional(v.lazy(() => layers)),
    join: v.optional(oneOf("add", "gate")),
    pool: v.optional(pooling),
    dropout: OPTIONS.dropout,
  },
  repeat: {
    repeat: countFrom1,
    layers: v.lazy(() => layers),
  },
  // A number is SLAYER's pool: sum pooling with neurons.
  pool: {
    pool: v.lazy((value) => isMapping(value) ? pooling : countFrom1),
    neuron: OPTIONS.neuron,
    ...AXONS,
  },
  // Upsampling layers, for networks that are not computed layer by layer.
  convTranspose: {
    convTranspose: section(WINDOWS),
    neuron: OPTIONS.neuron,
    quantize,
    ...AXONS,
  },
  unpool: {
    unpool: countFrom1,
    neuron: OPTIONS.neuron,
    ...AXONS,
  },
  // Columns, rows and channels of the sensor.
  sensor: {
    sensor: worded(
      "columns, rows and channels",
      v.tuple([countFrom1, countFrom1, countFrom1]),
    ),
  },
  norm: { norm: oneOf(...NORM_KINDS) },
  neuron: { neuron },
  dropout: { dropout: OPTIONS.dropout },
};

/** Schemas of entries, by the same key. */
const ENTRIES = Object.fromEntries(
  Object.entries(KEYS).map(([kind, keys]) => [kind, section(keys)]),
);

/** The keys of all entries. */
const KNOWN = Object.values(KEYS).flatMap((keys) => Object.keys(keys));

/** Refuses a misspelt key, which may be the one that makes an entry's kind. */
const MISSPELT = section(
  Object.fromEntries(KNOWN.map((key) => [key, v.optional(v.unknown())])),
);

/** Error for a value that is not an entry. */
const NO_ENTRY = v.never(
  expected(`one of ${Object.keys(ENTRIES).join(", ")}`),
);

const entry = v.lazy((value) => {
  if (!isMapping(value)) return NO_ENTRY;
  const isMisspelt = Object.keys(value).some((key) =>
    !KNOWN.includes(key) && findSimilar(key, KNOWN).length > 0
  );
  if (isMisspelt) return MISSPELT;
  const kind = Object.keys(ENTRIES).find((kind) => kind in value);
  return kind === undefined ? NO_ENTRY : ENTRIES[kind];
});

const layers: v.GenericSchema = list("layers", entry);

/** An entry of a network, with checked values. */
export type NetworkEntry = Readonly<Record<string, unknown>>;

/** The layers of a network: a list of entries, or its short text. */
export const network = v.lazy((value) =>
  typeof value === "string"
    ? v.pipe(
      v.string(),
      v.rawTransform<string, unknown>(({ dataset, addIssue, NEVER }) => {
        try {
          return parseNetworkText(dataset.value);
        } catch (error) {
          addIssue({ message: `is no network: ${(error as Error).message}` });
          return NEVER;
        }
      }),
      layers,
    )
    : layers
) as unknown as v.GenericSchema<readonly NetworkEntry[]>;

/**
 * Describes the layers of a network for the engine.
 *
 * @param entries The entries of the configuration.
 * @param classes Number of classes.
 * @returns The layers.
 */
export function describeLayersOf(
  entries: readonly NetworkEntry[],
  classes: number,
): ModelDescription["layers"] {
  return entries.flatMap((entry) => {
    if ("sensor" in entry) return [];
    if ("repeat" in entry) {
      const own = entry.layers as readonly NetworkEntry[];
      return Array.from(
        { length: entry.repeat as number },
        () => describeLayersOf(own, classes),
      ).flat();
    }
    const described: Record<string, unknown> = { ...entry };
    for (const way of ["residual", "shortcut"]) {
      if (!(way in entry)) continue;
      const own = entry[way] as readonly NetworkEntry[];
      described[way] = describeLayersOf(own, classes);
    }
    if (isMapping(entry.neuron)) {
      described.neuron = describeNeuronOf(entry.neuron as NeuronSection);
    }
    for (const key of ["dense", "average"]) {
      if (entry[key] === CLASSES) described[key] = classes;
    }
    if (isMapping(entry.dense) && entry.dense.out === CLASSES) {
      described.dense = { ...entry.dense, out: classes };
    }
    return [described as ModelDescription["layers"][number]];
  });
}

/**
 * Tells whether the size of a network depends on the number of classes.
 *
 * @param entries The entries of the configuration.
 * @returns Whether a layer has an output for each class.
 */
export function namesClasses(entries: readonly NetworkEntry[]): boolean {
  const one = JSON.stringify(describeLayersOf(entries, 1));
  return one !== JSON.stringify(describeLayersOf(entries, 2));
}

/**
 * Tells whether the network of a configuration is computed layer by layer, with
 * a readout loss: it has keys that only such networks have, or all neurons are
 * of such types and no layer excludes it.
 *
 * @param configuration The entries, absent for SLAYER's own networks, and the
 * network's neuron.
 * @returns Whether it is.
 */
export function isLayerwise(
  { network, neuron }: {
    readonly network?: readonly NetworkEntry[];
    readonly neuron?: NeuronSection;
  },
): boolean {
  if (network === undefined) return false;
  const layers = describeLayersOf(network, 2);
  // Dropout without a chosen neuron implies computation layer by layer.
  const isDropped = layers.some((layer) =>
    "dropout" in layer && !("neuron" in layer)
  );
  const described = neuron && describeNeuronOf(neuron);
  return neuron === undefined && isDropped || areUnits(layers, described) ||
    areStepped(layers as readonly NetworkEntry[], described);
}

/** Whether neurons and layers are only available layer by layer. */
function areStepped(
  layers: readonly NetworkEntry[],
  network?: NeuronDescription,
): boolean {
  const isStepped = ({ neuron = network }: NetworkEntry) =>
    (Object(neuron) as { readonly kind?: NeuronKind }).kind?.stepped !==
      undefined;
  return !layers.some(isOfSlayer) &&
    (layers.every(isStepped) ||
      layers.some((layer) =>
        Object.keys(layer)[0] === "neuron" && isStepped(layer)
      ));
}

/**
 * Tells whether a layer is only available in networks computed all at once.
 *
 * @param layer The entry of the layer.
 * @returns Whether it is a sum of windows, or a transposed layer.
 */
export function isOfSlayer(layer: NetworkEntry): boolean {
  return typeof layer.pool === "number" ||
    ["convTranspose", "unpool"].some((key) => key in layer);
}

/**
 * Describes the layers of a network so that the engine computes it layer by
 * layer. An explicit bias, which is the default of such layers, forces it.
 *
 * @param layers The layers, as {@linkcode describeLayersOf} gives them.
 * @param neuron The neuron of the network.
 * @returns The layers.
 */
export function asUnits(
  layers: ModelDescription["layers"],
  neuron: NeuronDescription,
): ModelDescription["layers"] {
  if (areUnits(layers, neuron)) return layers;
  const [first, ...others] = layers;
  return [{ ...first, bias: true }, ...others] as ModelDescription["layers"];
}
