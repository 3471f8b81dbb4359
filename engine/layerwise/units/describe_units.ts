/**
 * Descriptions of networks that are computed layer by layer, and their shapes.
 *
 * @module
 */

import { ShapeError } from "../../device/errors.ts";
import { describeGhost } from "./ghost.ts";
import { average } from "../../layers/average.ts";
import { conv } from "../../layers/conv.ts";
import { describeAxon } from "../../layers/describe_axon.ts";
import { dense } from "../../layers/dense.ts";
import type { LayerNeuron } from "../../layers/describe_layers.ts";
import type { Layer } from "../../layers/layer.ts";
import { requireSizes } from "../../network/network.ts";
import { requireStep } from "../../network/quantized.ts";
import { describeNeuron } from "../../neurons/describe_neuron.ts";
import type { Neuron } from "../../neurons/neuron_kind.ts";
import { outputOf, poolingOf } from "./describe_pooling.ts";
import { normOf } from "./describe_norm.ts";
import { describeRecurrent } from "./describe_recurrent.ts";
import { joinTo, requireJoin } from "./describe_residual.ts";
import type {
  ResidualDescription,
  UnitDescription,
  UnitOptions,
} from "./unit_descriptions.ts";
import type { Raster, Unit, Units } from "./units.ts";

/** Keys that an entry may have. */
const KEYS = [
  ...["conv", "ghost", "dense", "recurrent", "quantize", "average"],
  ...["residual", "shortcut", "join"],
  ...["norm", "bias", "neuron", "delay", "pool", "dropout"],
];

/** Options that a layer may be given once; poolings in a row are one. */
const ONCE = ["norm", "bias", "neuron", "delay", "dropout"] as const;

/**
 * Determines the shapes of a network that is computed layer by layer.
 *
 * @param input The input's counts.
 * @param descriptions The entries, first to last.
 * @param neuron The neuron of units whose description has none.
 * @returns The units.
 * @throws {ShapeError} If sizes do not fit one another, or an entry without a
 * synapse comes first.
 * @throws {RangeError} If a number is out of range.
 * @throws {TypeError} If an entry has an unknown key or a neuron an unknown
 * parameter, or a kind of normalisation, pooling or join is unknown.
 */
export function describeUnits(
  input: Raster,
  descriptions: readonly UnitDescription[],
  neuron: Neuron,
): Units {
  const { C, H, W } = input.extent;
  requireSizes("input", [C, H, W]);
  const builder = new UnitBuilder(input, neuron);
  builder.addAll(descriptions);
  const { units } = builder;
  const last = units.at(-1);
  if (!last) throw new ShapeError("Cannot build a network: it has no layers");
  const readout = units.findIndex((unit) => !unit.neuron);
  if (readout >= 0 && readout < units.length - 1) {
    throw new ShapeError(
      `Cannot build layer "${
        units[readout].layer.name
      }": only the last layer ` +
        "can be without neurons",
    );
  }
  if (last.neuron?.kind.graded) {
    throw new ShapeError(
      `Cannot build layer "${last.layer.name}": its neurons send changes; end ` +
        "with a layer without neurons",
    );
  }
  const { extent, runSize } = last.output;
  if (extent.H * extent.W > 1) {
    throw new ShapeError(
      `Cannot build layer "${last.layer.name}": the last layer gives ` +
        `${extent.C}×${extent.H}×${extent.W}, and each class is to have one ` +
        "output; end with a dense layer",
    );
  }
  // Groups are padded to whole quads, which the losses do not skip.
  if (runSize < extent.C && runSize % 4 > 0) {
    throw new ShapeError(
      `Cannot build layer "${last.layer.name}": the last layer gives ` +
        `${extent.C} outputs in groups of ${runSize}; end with a dense layer`,
    );
  }
  return { input, units };
}

/** Builds units one after the other. */
class UnitBuilder {
  readonly units: Unit[] = [];
  readonly #input: Raster;
  readonly #neuron: Neuron;
  readonly #numbers = new Map<string, number>();
  /** Index of the raster that the next unit reads. */
  #current = 0;
  /**
   * Number of units before a residual or shortcut branch, which stay unchanged.
   */
  #settled = 0;
  /** Options that the last unit was given. */
  #given: ReadonlySet<string> = new Set();

  constructor(input: Raster, neuron: Neuron) {
    this.#input = input;
    this.#neuron = neuron;
  }

  addAll(descriptions: readonly UnitDescription[]): void {
    descriptions.forEach((description) => this.#add(description));
  }

  #add(description: UnitDescription): void {
    const stranger = Object.keys(description).find((key) =>
      !KEYS.includes(key)
    );
    if (stranger !== undefined) {
      throw new TypeError(
        `Cannot build ${
          JSON.stringify(description)
        } layer by layer: expected ` +
          `${KEYS.join(", ")}, not ${stranger}`,
      );
    }
    if ("recurrent" in description && !("dense" in description)) {
      throw new ShapeError(
        `Cannot build ${JSON.stringify(description)}: recurrent stands ` +
          "beside dense",
      );
    }
    const hasStep = "conv" in description || "dense" in description;
    if ("quantize" in description && !hasStep) {
      throw new ShapeError(
        `Cannot build ${JSON.stringify(description)}: quantize stands ` +
          "beside conv or dense",
      );
    }
    if ("residual" in description) {
      this.#addResidual(description);
    } else if ("conv" in description) {
      this.#addUnit(conv, description.conv, description);
    } else if ("ghost" in description) {
      this.#addUnit(conv, description.ghost, description, { isGhost: true });
    } else if ("dense" in description) {
      this.#addUnit(dense, description.dense, description, {
        isRecurrent: description.recurrent,
      });
    } else if ("average" in description) {
      if (Object.keys(description).length > 1) {
        throw new TypeError(
          `Cannot build ${JSON.stringify(description)}: average stands alone`,
        );
      }
      const readout = { neuron: "none", bias: false } as const;
      this.#addUnit(average, description.average, readout);
    } else {
      this.#change(description, this.#last(description));
    }
  }

  #rasterAt(index: number): Raster {
    return index === 0 ? this.#input : this.units[index - 1].output;
  }

  /** Returns the unit that an entry without a synapse changes. */
  #last(description: object): Unit {
    const last = this.units.at(-1);
    const added = this.units.length > this.#settled;
    if (!last?.layer.weights || !added || this.#current !== this.units.length) {
      throw new ShapeError(
        `Cannot build ${JSON.stringify(description)}: it is to follow a ` +
          "layer with weights",
      );
    }
    return last;
  }

  #addUnit(
    kind: typeof conv | typeof dense | typeof average,
    options: unknown,
    description: UnitOptions & Pick<LayerNeuron, "quantize">,
    { isGhost = false, isRecurrent = false }: {
      readonly isGhost?: boolean;
      readonly isRecurrent?: boolean;
    } = {},
  ): void {
    const prefix = kind.prefix ?? kind.name;
    const number = (this.#numbers.get(prefix) ?? 0) + 1;
    this.#numbers.set(prefix, number);
    const name = `${prefix}${number}`;
    const source = this.#rasterAt(this.#current);
    const place = { name, input: source.extent };
    // Weights are initialised as in PyTorch; SLAYER's are larger.
    const given = typeof options === "number" ? { out: options } : options;
    const scaled = { weightScale: 1, ...given as object } as never;
    const ghost = isGhost ? describeGhost(scaled, place) : undefined;
    const layer = {
      ...(ghost?.shapes ?? kind.describe(scaled, place)),
      kind,
      name,
      input: source.extent,
      neuron: this.#neuron,
      weightStep: requireStep(description.quantize, name),
    } as unknown as Layer;
    const spikes: Raster = {
      extent: layer.output,
      most: 1,
      scale: 1,
      kept: 1,
      runSize: layer.runSize,
    };
    this.units.push({
      layer,
      ghost: ghost?.ghost,
      source: this.#current,
      bias: description.bias ?? description.norm === undefined,
      neuron: this.#neuron,
      recurrent: isRecurrent ? describeRecurrent(layer) : undefined,
      dropout: 0,
      joined: spikes,
      output: spikes,
    });
    this.#current = this.units.length;
    this.#given = new Set();
    this.#change(description, this.units[this.units.length - 1]);
  }

  #addResidual(description: ResidualDescription): void {
    const { residual, shortcut = [], join = "add", ...options } = description;
    requireJoin(join);
    const start = this.#current;
    this.#settled = this.units.length;
    this.addAll(shortcut);
    const around = this.#current;
    this.#current = start;
    this.#settled = this.units.length;
    this.addAll(residual);
    const joined = joinTo(
      this.#last(description),
      { raster: around, join },
      this.#rasterAt(around),
    );
    this.#replace(joined);
    this.#change(options, joined);
  }

  #replace(unit: Unit): void {
    this.units[this.units.length - 1] = unit;
  }

  /** Requires options to be given once, and norm and bias before neurons. */
  #requireOrder(options: UnitOptions, { layer: { name } }: Unit): void {
    const given = ONCE.filter((key) => options[key] !== undefined);
    const again = given.find((key) => this.#given.has(key));
    if (again) {
      throw new ShapeError(
        `Cannot give layer "${name}" another ${again}: it has one`,
      );
    }
    const late = given.find((key) => key === "norm" || key === "bias");
    if (late && this.#given.has("neuron")) {
      throw new ShapeError(
        `Cannot give layer "${name}" a ${late} after its neuron; give ${late} ` +
          "before",
      );
    }
    this.#given = new Set([...this.#given, ...given]);
  }

  /** Applies options to a unit. */
  #change(options: UnitOptions, unit: Unit): void {
    const { norm, neuron, pool, dropout = unit.dropout } = options;
    this.#requireOrder(options, unit);
    const early = norm ?? neuron ?? options.bias ?? options.delay;
    if (early !== undefined && (unit.residual || unit.output !== unit.joined)) {
      throw new ShapeError(
        `Cannot change the neurons of layer "${unit.layer.name}": its spikes ` +
          "are joined, pooled or dropped already; give norm, bias, neuron and " +
          "delay before",
      );
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new RangeError(
        `Cannot build layer "${unit.layer.name}" with dropout ${dropout}: it ` +
          "is not from 0 to below 1",
      );
    }
    const pooling = pool ? poolingOf(pool, unit) : unit.pooling;
    const own = neuron === "none"
      ? undefined
      : neuron
      ? describeNeuron(neuron, this.#neuron)
      : unit.neuron;
    const joined = unit.residual
      ? unit.joined
      : { ...unit.joined, ...messagesOf(own) };
    const sent = { layer: unit.layer, joined };
    const changed: Unit = {
      ...unit,
      joined,
      bias: options.bias ?? (norm ? false : unit.bias),
      norm: norm ? normOf(norm, unit) : unit.norm,
      neuron: own,
      axon: options.delay === undefined
        ? unit.axon
        : describeAxon({ delay: options.delay }, unit.layer),
      layer: { ...unit.layer, neuron: own ?? this.#neuron },
      pooling,
      dropout,
      output: outputOf(sent, pooling, dropout),
    };
    const { axon, residual, recurrent } = changed;
    if (!own && (axon || pooling || dropout > 0 || residual || recurrent)) {
      throw new ShapeError(
        `Cannot build layer "${unit.layer.name}": a layer without neurons has ` +
          "no spikes to delay, pool, drop, add or read",
      );
    }
    if (own?.kind.graded && (pooling || dropout > 0 || recurrent)) {
      throw new ShapeError(
        `Cannot build layer "${unit.layer.name}": its neurons send changes, ` +
          "which cannot be pooled, dropped or read by their own layer",
      );
    }
    if (own?.kind.currentKept && recurrent) {
      throw new ShapeError(
        `Cannot build layer "${unit.layer.name}": its neurons read their own ` +
          "spikes, which do not pass the current that is normalised",
      );
    }
    if (changed.norm?.kind === "batch" && unit.layer.weightStep) {
      throw new ShapeError(
        `Cannot build layer "${unit.layer.name}" with quantize and norm ` +
          "batch: rounded weights would be scaled by any factor; use norm " +
          "mean or scale",
      );
    }
    this.#replace(changed);
  }
}

/** Largest message of a unit's neurons, its sign, and the value of one. */
function messagesOf(
  neuron: Neuron | undefined,
): Pick<Raster, "most" | "signed" | "scale"> {
  const messages = neuron?.kind.graded?.(neuron.parameters);
  return messages
    ? { most: messages.most, signed: true, scale: messages.step }
    : { most: 1, signed: undefined, scale: 1 };
}
