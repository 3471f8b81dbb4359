/**
 * The WGSL texts of kernels/, and how they are compiled together.
 *
 * @module
 */

import { match } from "node:assert/strict";
import { join } from "node:path";
import {
  ADAPTIVE_LEAKY,
  PARAMETRIC_ADAPTIVE,
} from "../../engine/neurons/adaptive_leaky.ts";
import {
  CUBA_LEAKY,
  PARAMETRIC_CUBA,
} from "../../engine/neurons/cuba_leaky.ts";
import {
  FIXED_ADAPTIVE_RESONATOR,
  FIXED_ALIF,
  FIXED_CUBA,
  FIXED_RESONATOR,
} from "../../engine/neurons/fixed_point.ts";
import { LEAKY } from "../../engine/neurons/leaky.ts";
import {
  ADAPTIVE_RESONATOR,
  PARAMETRIC_ADAPTIVE_RESONATOR,
} from "../../engine/neurons/adaptive_resonator.ts";
import { PARAMETRIC_LEAKY } from "../../engine/neurons/parametric_leaky.ts";
import {
  PARAMETRIC_RESONATOR,
  RESONATOR,
} from "../../engine/neurons/resonator.ts";
import type { SteppedText } from "../../kernels/shared/stepped.ts";

/** The folder of the kernels. */
export const FOLDER = join(import.meta.dirname!, "..", "..", "kernels");

/** The WGSL files in it, by their paths there. */
export const TEXTS = [...walk("")].filter((name) => name.endsWith(".wgsl"))
  .sort();

/** Modules that update weights. */
const UPDATERS: readonly string[] = [
  "layers/conv_gradient.wgsl",
  "layers/dense_gradient.wgsl",
  "axons/delay_gradient.wgsl",
  "neurons/filter_gradient.wgsl",
  "update/optimizer_step.wgsl",
  "update/weight_norm.wgsl",
];

/** Modules that integrate neurons of SLAYER over time. */
export const INTEGRATORS: readonly string[] = [
  "neurons/neuron.wgsl",
  "neurons/neuron_adjoint.wgsl",
  "stream/neuron_stream.wgsl",
  "layers/pool.wgsl",
];

/** Modules of networks that are computed layer by layer. */
const UNITS: readonly string[] = [
  "norm/norm.wgsl",
  "norm/norm_samples.wgsl",
  "unit/cell.wgsl",
  "unit/cell_adjoint.wgsl",
  "unit/cell_quads.wgsl",
  "stream/cell_stream.wgsl",
  "unit/learned.wgsl",
  "unit/recurrent/recurrent.wgsl",
  "unit/recurrent/recurrent_adjoint.wgsl",
  "rasters/spike_gradient.wgsl",
  "unit/graded/sigma.wgsl",
  "unit/graded/delta.wgsl",
];

/** Modules that are compiled with the text of any stepped neuron. */
export const CELLS: readonly string[] = [
  "unit/cell.wgsl",
  "unit/cell_adjoint.wgsl",
  "unit/cell_quads.wgsl",
  "stream/cell_stream.wgsl",
  "unit/recurrent/recurrent.wgsl",
  "unit/recurrent/recurrent_adjoint.wgsl",
];

/** Texts that are compiled in front of others, and these. */
const SHARED: Readonly<Record<string, readonly string[]>> = {
  "shared/micro_batch.wgsl": [
    "axons/axon.wgsl",
    "input/bin_counts.wgsl",
    "input/bin_events.wgsl",
    "layers/ghost.wgsl",
    "output/loss.wgsl",
    "output/prediction.wgsl",
    "output/readout_loss.wgsl",
    "output/sparsity.wgsl",
    "rasters/pool_raster.wgsl",
    ...UPDATERS,
    ...INTEGRATORS,
    ...UNITS,
  ],
  "shared/optimizer_rules.wgsl": UPDATERS,
  "axons/axon_shift.wgsl": ["axons/axon.wgsl", "stream/axon_stream.wgsl"],
  "shared/conv/conv_geometry.wgsl": [
    "layers/conv.wgsl",
    "layers/conv_adjoint.wgsl",
    "layers/conv_adjoint_tiled.wgsl",
    "layers/conv_gradient.wgsl",
    "upsampling/conv_transpose.wgsl",
  ],
  "shared/conv/input_gradient.wgsl": [
    "layers/conv_adjoint.wgsl",
    "layers/conv_adjoint_tiled.wgsl",
    "upsampling/conv_transpose.wgsl",
  ],
  "shared/conv/adjoint_taps.wgsl": [
    "layers/conv_adjoint.wgsl",
    "upsampling/conv_transpose.wgsl",
  ],
  "shared/hash.wgsl": [
    "axons/axon.wgsl",
    "input/bin_counts.wgsl",
    "rasters/pool_raster.wgsl",
  ],
  "shared/conv/drive_gradient.wgsl": ["layers/conv_gradient.wgsl"],
  "shared/spike_list.wgsl": [
    "layers/dense.wgsl",
    "layers/dense_gradient.wgsl",
  ],
  "shared/neurons.wgsl": INTEGRATORS,
  "neurons/srm.wgsl": [
    "neurons/neuron.wgsl",
    "stream/neuron_stream.wgsl",
    "layers/pool.wgsl",
  ],
  "neurons/srm_adjoint.wgsl": ["neurons/neuron_adjoint.wgsl"],
  "unit/unit.wgsl": UNITS,
  "norm/moments.wgsl": ["norm/norm.wgsl", "norm/norm_samples.wgsl"],
  "unit/unit_drives.wgsl": [
    "unit/cell.wgsl",
    "unit/cell_adjoint.wgsl",
    "unit/cell_quads.wgsl",
  ],
  "leaky/firing.wgsl": CELLS,
  "leaky/rounding.wgsl": CELLS,
  "leaky/fixed_adaptation.wgsl": CELLS,
  "leaky/fixed_point.wgsl": CELLS,
  "leaky/resonators/constant_factor.wgsl": CELLS,
  "leaky/resonators/learned_factor.wgsl": CELLS,
  "leaky/resonators/resonance.wgsl": CELLS,
  "leaky/resonators/float_resonance.wgsl": CELLS,
  "leaky/resonators/fixed_resonance.wgsl": CELLS,
  "leaky/leaky_neuron.wgsl": CELLS,
  "unit/cell_recall.wgsl": [
    "unit/cell_adjoint.wgsl",
    "unit/cell_quads.wgsl",
    "unit/recurrent/recurrent_adjoint.wgsl",
  ],
  "unit/cell_learned.wgsl": [
    "unit/cell_adjoint.wgsl",
    "unit/recurrent/recurrent_adjoint.wgsl",
  ],
  "unit/cell_past.wgsl": ["unit/cell_adjoint.wgsl", "unit/cell_quads.wgsl"],
};

/** The texts of stepped neurons, and what they have in place of shared ones. */
export const CELL_NEURONS: Readonly<Record<string, SteppedText>> = {
  "leaky/leaky_neuron.wgsl": LEAKY.stepped!,
  "leaky/cuba_neuron.wgsl": CUBA_LEAKY.stepped!,
  "leaky/fixed_cuba_neuron.wgsl": FIXED_CUBA.stepped!,
  "leaky/fixed_alif_neuron.wgsl": FIXED_ALIF.stepped!,
  "leaky/adaptive_neuron.wgsl": ADAPTIVE_LEAKY.stepped!,
  "leaky/parametric_neuron.wgsl": PARAMETRIC_LEAKY.stepped!,
  "leaky/parametric_cuba_neuron.wgsl": PARAMETRIC_CUBA.stepped!,
  "leaky/parametric_adaptive_neuron.wgsl": PARAMETRIC_ADAPTIVE.stepped!,
  "leaky/resonators/resonator_neuron.wgsl": RESONATOR.stepped!,
  "leaky/resonators/parametric_resonator_neuron.wgsl": PARAMETRIC_RESONATOR
    .stepped!,
  "leaky/resonators/parametric_adaptive_resonator_neuron.wgsl":
    PARAMETRIC_ADAPTIVE_RESONATOR.stepped!,
  "leaky/resonators/adaptive_resonator_neuron.wgsl": ADAPTIVE_RESONATOR
    .stepped!,
  "leaky/resonators/fixed_resonator_neuron.wgsl": FIXED_RESONATOR.stepped!,
  "leaky/resonators/fixed_adaptive_resonator_neuron.wgsl":
    FIXED_ADAPTIVE_RESONATOR.stepped!,
};

/** Texts in front of those of stepped neurons, and of which. */
const FRONTS: Readonly<Record<string, RegExp>> = {
  "leaky/firing.wgsl": /^leaky\/\w+\.wgsl$/,
  "leaky/rounding.wgsl": /\/fixed_/,
  "leaky/fixed_adaptation.wgsl": /\/fixed_a/,
  "leaky/fixed_point.wgsl": /^leaky\/fixed_/,
  "leaky/resonators/constant_factor.wgsl":
    /^leaky\/resonators\/(?!parametric_)/,
  "leaky/resonators/learned_factor.wgsl": /^leaky\/resonators\/parametric_/,
  "leaky/resonators/resonance.wgsl": /^leaky\/resonators\//,
  "leaky/resonators/float_resonance.wgsl": /^leaky\/resonators\/(?!fixed_)/,
  "leaky/resonators/fixed_resonance.wgsl": /^leaky\/resonators\/fixed_/,
};

/** Neurons other than the SRM: which texts take the place of its own. */
export const NEURONS = {
  /** Before the text of a neuron. */
  stepped: {
    "neurons/srm.wgsl": "shared/stepped_neuron.wgsl",
    "neurons/srm_adjoint.wgsl": "shared/stepped_adjoint.wgsl",
  },
  loihi: {
    "neurons/srm.wgsl": "loihi/loihi.wgsl",
    "neurons/srm_adjoint.wgsl": "loihi/loihi_adjoint.wgsl",
  },
} satisfies Record<string, Readonly<Record<string, string>>>;

/** The text that takes the place of another where drives are normalised. */
export const THROUGH_NORM = {
  text: "norm/norm_gradient.wgsl",
  module: "layers/conv_gradient.wgsl",
  insteadOf: "shared/conv/drive_gradient.wgsl",
};

/** One of these neurons. */
export type OtherNeuron = keyof typeof NEURONS;

/** A neuron that is stepped. */
export const OWN_NEURON = `
override leak: f32 = 0;

struct State {
  v: f32,
}

fn atRest() -> State {
  return State(0);
}

fn step(state: ptr<function, State>, drive: f32) -> f32 {
  (*state).v = leak * (*state).v + drive;
  return (*state).v;
}

fn reset(state: ptr<function, State>, fires: bool) {
  (*state).v -= select(0, theta, fires);
}

struct Back {
  dv: f32,
}

fn stepBack(
  back: ptr<function, Back>,
  potential: f32,
  fires: bool,
  gradient: f32,
) -> f32 {
  (*back).dv = select(0, gradient, potential > 0) + leak * (*back).dv;
  return (*back).dv;
}
`;

/** Lists the files of a folder and those below it, by their paths in it. */
function* walk(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(join(FOLDER, folder))) {
    const path = join(folder, name);
    if (isDirectory) yield* walk(path);
    else yield path;
  }
}

/** Texts that are compiled: all but the shared ones. */
export const MODULES = TEXTS.filter((name) =>
  !(name in SHARED) && !(name in CELL_NEURONS) && name !== THROUGH_NORM.text &&
  !Object.values(NEURONS).flatMap((texts) => Object.values(texts))
    .includes(name)
);

/** The modules, those of cells with each of their neurons. */
export const BUILDS = MODULES.flatMap((
  module,
): { readonly module: string; readonly neuron?: string }[] =>
  CELLS.includes(module)
    ? Object.keys(CELL_NEURONS).map((neuron) => ({ module, neuron }))
    : [{ module }]
);

/**
 * Reads a text.
 *
 * @param text Its path.
 * @returns The text.
 */
export function read(text: string): string {
  return Deno.readTextFileSync(join(FOLDER, text));
}

/**
 * Finds the texts that are compiled in front of a module.
 *
 * @param module Its path.
 * @param neuron Path of the text of its neuron, in a module of cells.
 * @returns Their paths, in order.
 */
export function sharedBy(
  module: string,
  neuron = "leaky/leaky_neuron.wgsl",
): string[] {
  const { recalls, learns } = CELL_NEURONS[neuron];
  return Object.keys(SHARED)
    .filter((text) => SHARED[text].includes(module))
    .filter((text) => !(recalls && text === "unit/cell_recall.wgsl"))
    .filter((text) => !(learns && text === "unit/cell_learned.wgsl"))
    .filter((text) => FRONTS[text]?.test(neuron) ?? true)
    .map((text) => text === "leaky/leaky_neuron.wgsl" ? neuron : text);
}

/**
 * Joins a module and the texts in front of it.
 *
 * @param module Its path.
 * @param options Its neurons, where they are not those of the SRM, and the text
 * of its neuron in a module of cells.
 * @returns The texts that are compiled.
 */
export function codeOf(
  module: string,
  { other, neuron }: {
    readonly other?: OtherNeuron;
    readonly neuron?: string;
  } = {},
): string {
  const others: Readonly<Record<string, string>> = other ? NEURONS[other] : {};
  const own = other === "stepped" ? OWN_NEURON : "";
  const texts = sharedBy(module, neuron).map((text) =>
    text in others ? read(others[text]) + own : read(text)
  );
  return [...texts, read(module)].join("");
}

/**
 * Joins a text and those in front of it, if any.
 *
 * @param text Its path.
 * @returns The joined texts.
 */
export function codeWith(text: string): string {
  return text in SHARED ? read(text) : codeOf(text);
}

/**
 * Finds the comment that a text begins with.
 *
 * @param text Its path.
 * @returns The comment.
 */
export function headerOf(text: string): string {
  const code = read(text);
  const header = code.slice(0, code.indexOf("\n\n"));
  for (const line of header.split("\n")) match(line, /^\/\//, text);
  return header;
}
