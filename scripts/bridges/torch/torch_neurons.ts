/**
 * Compares parameters of neurons in a PyTorch file to a configuration's.
 *
 * @module
 */

import {
  type ModelDescription,
  structureOf,
} from "../../../engine/model/model_description.ts";
import type {
  Neuron,
  NeuronParameters,
} from "../../../engine/neurons/neuron_kind.ts";
import { NetworkError } from "../network/network_error.ts";
import type { TorchModule } from "./torch_modules.ts";
import { isRounded, requireResponses } from "./torch_responses.ts";

/** Neurons of a layer. */
interface LayerNeuron {
  readonly layer: string;
  readonly neuron: Neuron;
}

/** A parameter in a file and in a configuration. */
interface Parameter {
  /** Its key in the configuration. */
  readonly key: string;
  /** Its value in the file for neurons here; not finite if they have none. */
  readonly of: (parameters: NeuronParameters) => number;
  /** The key's value for one in the file. @default the same */
  readonly toKey?: (value: number) => number;
}

/** A program's neurons, which have a module each. */
interface Program {
  /** A tensor that all of them have. */
  readonly mark: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** Requires what is not a number; returns what is uncertain. */
  readonly require?: (module: TorchModule, place: LayerNeuron) => string[];
  /** Tensors that it requires. */
  readonly others?: readonly string[];
  /** Whether it rounds its parameters. */
  readonly rounds?: boolean;
}

/** The time constant of which a share stays in a bin. */
const tauOf = (share: number) => 1 / (1 - share);

const PROGRAMS: readonly Program[] = [
  // snnTorch.
  {
    mark: "beta",
    parameters: {
      beta: { key: "tau", of: ({ leak }) => 1 - leak, toKey: tauOf },
      alpha: {
        key: "tauSyn",
        of: ({ currentLeak }) => 1 - currentLeak,
        toKey: tauOf,
      },
      threshold: { key: "threshold", of: ({ theta }) => theta },
    },
    require: requireSnnTorch,
    others: ["reset_mechanism_val", "graded_spikes_factor"],
  },
  // lava-dl, in units of 1/4096.
  {
    mark: "voltage_decay",
    parameters: {
      current_decay: { key: "iDecay", of: ({ iDecay }) => iDecay },
      voltage_decay: { key: "vDecay", of: ({ vDecay }) => vDecay },
      threshold_decay: { key: "thDecay", of: ({ thDecay }) => thDecay },
      refractory_decay: { key: "refDecay", of: ({ refDecay }) => refDecay },
    },
    rounds: true,
  },
];

/**
 * Requires that parameters of neurons in a file are those of a network: the
 * responses of slayerPytorch; decays, thresholds and resets of snnTorch; decays
 * of lava-dl. Modules of neurons belong to the layers with neurons in order,
 * the last one also to the layers that are left.
 *
 * @param modules The modules of the file.
 * @param description The network.
 * @returns Names of the tensors that were compared, and what is uncertain.
 * @throws {NetworkError} If one differs, or a module has no layer.
 */
export function requireNeurons(
  modules: readonly TorchModule[],
  description: ModelDescription,
): { readonly compared: readonly string[]; readonly notes: readonly string[] } {
  const places = neuronsOf(description);
  const compared: string[] = [];
  const notes: string[] = [];
  const { Ts } = description;
  for (const module of modules) {
    for (const { layer, neuron } of places) {
      const names = requireResponses(module, neuron, { layer, Ts });
      compared.push(...names.map((name) => `${module.name}.${name}`));
    }
  }
  for (const program of PROGRAMS) {
    const own = modules.filter(({ tensors }) => tensors.has(program.mark));
    const { parameters, others = [], require = () => [] } = program;
    if (own.length > places.length) {
      throw new NetworkError(
        "the network of the configuration has no neurons for it",
        { node: own[places.length].name },
      );
    }
    if (own.length === 0) continue;
    for (const [at, place] of places.entries()) {
      const module = own[Math.min(at, own.length - 1)];
      requireParameters(module, place, program);
      notes.push(...require(module, place));
      const names = [...Object.keys(parameters), ...others];
      compared.push(...names.map((name) => `${module.name}.${name}`));
    }
  }
  return { compared, notes: [...new Set(notes)] };
}

/** The neurons of all layers that have some. */
function neuronsOf(description: ModelDescription): LayerNeuron[] {
  const { layers, units } = structureOf(description);
  return layers.flatMap(({ name: layer, neuron: own }, at) => {
    const neuron = units ? units.units[at].neuron : own;
    return neuron ? [{ layer, neuron }] : [];
  });
}

/** Compares values; if there are several, each to the network's one. */
function requireParameters(
  { name: node, tensors }: TorchModule,
  { layer, neuron: { kind, parameters } }: LayerNeuron,
  { parameters: known, rounds }: Program,
): void {
  for (const [name, parameter] of Object.entries(known)) {
    const { key, of, toKey = (value: number) => value } = parameter;
    const expected = of(parameters);
    const wrong = tensors.get(name)?.data.find((value) =>
      !isRounded(rounds ? Math.round(value) : value, expected)
    );
    if (wrong === undefined) continue;
    const meant = toKey === tauOf ? `, a ${key} of ${short(tauOf(wrong))}` : "";
    const own = Number.isFinite(expected)
      ? `${key} of layer "${layer}" in the configuration is ` +
        short(toKey(expected))
      : `the neurons of layer "${layer}" in the configuration have no ${key}: ` +
        `they are ${kind.name}`;
    throw new NetworkError(
      `its ${name} is ${short(wrong)}${meant}, and ${own}`,
      { node },
    );
  }
}

/** Resets here that may be those of snnTorch, by their numbers there. */
const RESETS: readonly (readonly string[])[] = [["soft", "delayed"], ["hard"]];

/** Compares reset, input and spikes of snnTorch's neurons. */
function requireSnnTorch(
  { name: node, tensors }: TorchModule,
  { layer, neuron: { parameters } }: LayerNeuron,
): string[] {
  const { inputGain, subtracted, leak } = parameters;
  const of = `of layer "${layer}" in the configuration is`;
  const fail = (problem: string) => new NetworkError(problem, { node });
  const [reset, factor = 1] = ["reset_mechanism_val", "graded_spikes_factor"]
    .map((name) => tensors.get(name)?.data[0]);
  if (inputGain !== 1) {
    throw fail(
      `its input is not divided by tau, and decayInput ${of} True`,
    );
  }
  if (factor !== 1) {
    throw fail(
      `its graded_spikes_factor is ${short(factor)}, and spikes here are 1`,
    );
  }
  if (reset === undefined) return [];
  const own = subtracted === 0 ? "hard" : subtracted === 1 ? "soft" : "delayed";
  if (!RESETS[reset]?.includes(own)) {
    throw fail(`its reset_mechanism_val is ${reset}, and reset ${of} ${own}`);
  }
  return own === "soft" && leak > 0
    ? ["reset: soft is snnTorch's reset_delay=False; its default is delayed"]
    : [];
}

/** A number without the rounding of float32. */
function short(value: number): number {
  return Number(value.toPrecision(6));
}
