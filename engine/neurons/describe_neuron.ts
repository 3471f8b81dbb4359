/**
 * Descriptions of neurons, completed with defaults.
 *
 * @module
 */

import { isFinite32, isPositive } from "../network/float_range.ts";
import type { Neuron, NeuronKind, NeuronParameters } from "./neuron_kind.ts";
import { SRM_ALPHA, type SrmAlphaParameters } from "./srm_alpha.ts";

/**
 * Functions that describe neurons of kinds other than SRM-alpha, for messages.
 */
const MAKERS = "leaky() of mod.ts, or cubaLeaky() and others of engine/mod.ts,";

/**
 * Neuron in the description of a network: parameters of SRM-alpha, or a kind
 * with its parameters.
 */
export type NeuronDescription =
  | Partial<SrmAlphaParameters>
  | {
    /** The kind. @default the kind of the network's neuron, or SRM-alpha */
    readonly kind?: NeuronKind;
    /** Parameters of the kind, by name. */
    readonly [parameter: string]: number | NeuronKind | undefined;
  };

/**
 * Completes the description of a neuron.
 *
 * @param description Kind of the neuron, and some of its parameters.
 * @param network The neuron of the network. A layer's neuron inherits its kind
 * and, if both are of one kind, the parameters that are left out; other
 * parameters have the defaults of the kind.
 * @returns The neuron.
 * @throws {RangeError} If a parameter is not finite, or must be positive and is
 * not.
 * @throws {TypeError} If the description is not an object, or the kind has no
 * such parameter.
 *
 * @example
 * ```ts
 * import { describeNeuron } from "./describe_neuron.ts";
 * const network = describeNeuron({ theta: 8 });
 * const { parameters } = describeNeuron({ tauSr: 5 }, network);
 * if (parameters.theta !== 8 || parameters.tauRef !== 10) throw new Error();
 * ```
 */
export function describeNeuron(
  description: NeuronDescription,
  network?: Neuron,
): Neuron {
  if (typeof description !== "object" || description === null) {
    throw new TypeError(
      `Cannot build a network with neuron ${JSON.stringify(description)}: ` +
        `expected parameters by name; ${MAKERS} give those of other kinds`,
    );
  }
  const { kind = network?.kind ?? SRM_ALPHA, ...values } = description as {
    readonly kind?: NeuronKind;
    readonly [parameter: string]: unknown;
  };
  const stranger = Object.keys(values)
    .find((name) => !Object.hasOwn(kind.parameters, name));
  if (typeof kind !== "object") {
    throw new TypeError(
      `Cannot build a network with kind ${JSON.stringify(kind)}: expected a ` +
        `kind such as LEAKY; ${MAKERS} give neurons of it`,
    );
  }
  if ("type" in values && !Object.hasOwn(kind.parameters, "type")) {
    throw new TypeError(
      `Cannot build a network with type ${values.type}: type is for ` +
        `configuration files; ${MAKERS} give neurons of other kinds`,
    );
  }
  if (stranger !== undefined) {
    throw new TypeError(
      `Cannot build a network with ${stranger} ${
        values[stranger]
      }: neurons of ` +
        `kind "${kind.name}" have ${Object.keys(kind.parameters).join(", ")}`,
    );
  }
  const others = network?.kind === kind ? network.parameters : undefined;
  const parameters = Object.fromEntries(
    Object.entries(kind.parameters).map(([name, parameter]) => {
      const value = values[name] ?? others?.[name] ?? parameter.default;
      requireValue(name, value, parameter.positive);
      return [name, value];
    }),
  );
  return { kind, parameters: parameters as unknown as NeuronParameters };
}

function requireValue(
  name: string,
  value: unknown,
  positive: boolean,
): asserts value is number {
  if (!isFinite32(Number(value)) || typeof value !== "number") {
    throw new RangeError(
      `Cannot build a network with ${name} ${value}: it is not ` +
        (positive ? "positive" : "a finite number"),
    );
  }
  if (positive && !isPositive(value)) {
    throw new RangeError(
      `Cannot build a network with ${name} ${value}: it is not positive`,
    );
  }
}
