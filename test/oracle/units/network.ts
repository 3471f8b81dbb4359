/**
 * A whole network of units: forward and backward.
 *
 * A unit is a synapse, batch norm or a bias, neurons, spikes of an
 * earlier unit, pooling and dropout. The last one may be a readout.
 *
 * @module
 */

import type { Sparsity } from "../../../engine/losses/loss.ts";
import {
  type Axon,
  delay,
  delayGradient,
  delayInputGradient,
} from "../layers/axon.ts";
import type { Neuron } from "../neurons/neuron.ts";
import {
  type Synapse,
  synapse,
  synapseInputGradient,
  synapseWeightGradient,
} from "../layers/synapse.ts";
import { type Tensor, tensorOf, zeros } from "../tensor.ts";
import {
  type Cell,
  type CellActivity,
  cellAdjoint,
  cellForward,
  doesLearn,
} from "./cell.ts";
import { ghost, ghostAdjoint } from "./ghost.ts";
import {
  type Graded,
  gradedAdjoint,
  gradedForward,
  summed,
  summedAdjoint,
} from "./graded.ts";
import { normalise, normaliseAdjoint } from "./norm.ts";
import { poolCounts, poolCountsAdjoint, type Silenced } from "./raster.ts";
import { recurrentAdjoint, recurrentForward } from "./recurrent.ts";
import { type MixedLabel, type Readout, readoutLoss } from "./readout.ts";

/** One unit. Raster 0 is the input, raster i what unit i gives, from 1. */
export interface OracleUnit {
  readonly name: string;
  readonly synapse: Synapse;
  /** Whether its weights are given, and have no gradient. */
  readonly isFixed?: boolean;
  /** Depth-wise weights of maps made of the synapse's, if there are any. */
  readonly ghost?: Tensor;
  /** Index of the raster that the synapse reads. */
  readonly source: number;
  /** Scale of each channel; without, `beta` is a bias. */
  readonly gamma?: ArrayLike<number>;
  readonly beta?: ArrayLike<number>;
  readonly epsilon?: number;
  /** Whether drives are normalised without `gamma` and `beta`. */
  readonly plainNorm?: "mean" | "scale";
  /** Step of the means that it subtracts. */
  readonly meanStep?: number;
  /** A readout has none. */
  readonly neuron?: Cell;
  /** Neurons that send changes, in place of cells. */
  readonly graded?: Graded;
  /** Share that each running sum of drives keeps in a bin. */
  readonly sums?: readonly number[];
  /** How much later its spikes arrive. */
  readonly axon?: Axon & { readonly learned: boolean };
  /** Weights of the neurons' own spikes, one bin later. */
  readonly recurrent?: Tensor;
  readonly residual?: {
    readonly raster: number;
    readonly join: "add" | "gate";
  };
  readonly pooling?: {
    readonly kind: "max" | "average";
    readonly window: number;
  };
  /** Share of outputs that dropout leaves, and which it does not. */
  readonly kept?: number;
  readonly silenced?: Silenced;
}

/** What a unit did. */
interface Done {
  /** What its synapse read, what it gave, and the drive. */
  readonly input: Tensor;
  readonly first: Tensor;
  readonly drive: Tensor;
  readonly activity?: CellActivity;
  readonly joined: Tensor;
  /** What it gives, as the next synapse sees it. */
  readonly output: Tensor;
}

/** Loss and gradients of a batch. */
export interface UnitResult {
  /** Spikes of each unit with neurons, joined with those around it. */
  readonly joined: readonly Tensor[];
  /** Potentials and spikes of each unit's neurons; none of a readout. */
  readonly activities: readonly (CellActivity | undefined)[];
  /** What the last unit gives: the drive of a readout. */
  readonly outputs: Tensor;
  /** Loss of each sample. */
  readonly losses: readonly number[];
  /** By names as `conv1.norm.weight`. */
  readonly gradients: Readonly<Record<string, ArrayLike<number>>>;
}

/** Synapses of units have no neuron to scale with. */
const NO_NEURON = undefined as unknown as Neuron;

/**
 * Runs a network of units forward and backward.
 *
 * @param units The units, first to last.
 * @param x What the first synapse reads, [N, C, H, W, T].
 * @param labels Class of each sample.
 * @param loss The loss of the mean drives, or firing rates, and a bound of the
 * firing rates of all units but the last.
 * @returns Spikes, losses and gradients of the mean loss.
 */
export function runUnits(
  units: readonly OracleUnit[],
  x: Tensor,
  labels: readonly MixedLabel[],
  loss: Readout & { readonly sparsity?: Sparsity },
): UnitResult {
  const done: Done[] = [];
  const rasterOf = (index: number) => index === 0 ? x : done[index - 1].output;
  for (const unit of units) done.push(forward(unit, rasterOf));
  const last = done[done.length - 1];
  const [N, O, , , T] = last.output.shape;
  const twins = labels.map((label, n) =>
    readoutLoss(
      Array.from({ length: O }, (_, o) => {
        const row = last.output.data.subarray(
          (n * O + o) * T,
          (n * O + o + 1) * T,
        );
        return row.reduce((sum, value) => sum + value, 0) / T;
      }),
      label,
      loss,
    )
  );
  const gradients: Record<string, ArrayLike<number>> = {};
  const above = done.map(({ output }) => zeros(output.shape));
  above[done.length - 1].data.forEach((_, i, data) => {
    const { gradient } = twins[Math.floor(i / T / O)];
    data[i] = gradient[Math.floor(i / T) % O] / T / N;
  });
  for (let index = units.length - 1; index >= 0; index--) {
    const add = (raster: number, gradient: Tensor) => {
      if (raster === 0) return;
      const sum = above[raster - 1];
      gradient.data.forEach((value, i) => sum.data[i] += value);
    };
    backward(units[index], done[index], {
      above: above[index],
      gradients,
      add,
      rasterOf,
      sparsity: index < units.length - 1 ? loss.sparsity : undefined,
    });
  }
  return {
    joined: done.map(({ joined }) => joined),
    activities: done.map(({ activity }) => activity),
    outputs: last.output,
    losses: twins.map(({ loss }) => loss),
    gradients,
  };
}

function forward(
  unit: OracleUnit,
  rasterOf: (index: number) => Tensor,
): Done {
  const { neuron, residual } = unit;
  const input = rasterOf(unit.source);
  const first = synapse(unit.synapse, input, NO_NEURON);
  const all = unit.ghost ? ghost(first, unit.ghost) : first;
  const { sums = [] } = unit;
  const drive = sums.reduce((x, kept) => summed(x, kept), all);
  const y = mapped(unit, drive);
  if (unit.graded) {
    const activity = gradedForward(y, unit.graded) as CellActivity;
    const sent = unit.axon
      ? delay(activity.spikes, unit.axon)
      : activity.spikes;
    return { input, first, drive, activity, joined: sent, output: sent };
  }
  if (!neuron) return { input, first, drive, joined: y, output: y };
  const fire = (x: Tensor) => cellForward(x, neuron);
  const activity = unit.recurrent
    ? recurrentForward(y, unit.recurrent, fire)
    : fire(y);
  const spikes = unit.axon
    ? delay(activity.spikes, unit.axon)
    : activity.spikes;
  const other = residual && rasterOf(residual.raster).data;
  const joined = tensorOf(
    spikes.shape,
    spikes.data.map((spike, i) =>
      !other
        ? spike
        : residual.join === "add"
        ? spike + other[i]
        : (1 - spike) * other[i]
    ),
  );
  const { factor, ...pooling } = poolingOf(unit);
  const pooled = poolCounts(joined, pooling);
  const output = tensorOf(pooled.shape, pooled.data.map((v) => v * factor));
  return { input, first, drive, activity, joined, output };
}

/** Of a norm that has neither scale nor bias. */
const NO_AFFINE = { gamma: [], beta: [] };

/** Normalises a drive, or adds the bias. */
function mapped(unit: OracleUnit, drive: Tensor) {
  const { gamma, beta, epsilon = 0, plainNorm: kind, meanStep: step } = unit;
  if (kind) return normalise(drive, { ...NO_AFFINE, epsilon, kind, step });
  if (gamma) return normalise(drive, { gamma, beta: beta!, epsilon });
  const [, C, H, W, T] = drive.shape;
  return tensorOf(
    drive.shape,
    drive.data.map((value, i) =>
      value + (beta?.[Math.floor(i / (H * W * T)) % C] ?? 0)
    ),
  );
}

function poolingOf({ pooling, kept = 1, silenced }: OracleUnit) {
  const { kind, window } = pooling ?? { kind: "max", window: 1 };
  const sums = kind === "average";
  return {
    kind: sums ? "sum" as const : "max" as const,
    window,
    silenced,
    factor: (sums ? 1 / window ** 2 : 1) / kept,
  };
}

/** The gradient of what neurons send from that of what arrives. */
function throughAxon(
  { name, axon }: OracleUnit,
  { spikes }: CellActivity,
  ds: Tensor,
  gradients: Record<string, ArrayLike<number>>,
): Tensor {
  if (!axon) return ds;
  const { data } = delayGradient(delay(spikes, axon), ds, axon);
  if (axon.learned) gradients[`${name}.delay`] = data;
  return delayInputGradient(ds, axon);
}

function backward(
  unit: OracleUnit,
  { input, first, drive, activity, joined }: Done,
  { above, gradients, add, rasterOf, sparsity }: {
    readonly above: Tensor;
    readonly gradients: Record<string, ArrayLike<number>>;
    readonly add: (raster: number, gradient: Tensor) => void;
    readonly rasterOf: (index: number) => Tensor;
    readonly sparsity?: Sparsity;
  },
): void {
  const { name, neuron, residual, gamma, beta, epsilon = 0 } = unit;
  let dy = above;
  if (neuron && activity) {
    const { factor, ...pooling } = poolingOf(unit);
    const scaled = tensorOf(above.shape, above.data.map((v) => v * factor));
    let ds = poolCountsAdjoint(scaled, joined, pooling);
    if (residual) {
      const { data } = unit.axon
        ? delay(activity.spikes, unit.axon)
        : activity.spikes;
      const gates = residual.join === "gate";
      const other = rasterOf(residual.raster).data;
      add(
        residual.raster,
        tensorOf(
          ds.shape,
          ds.data.map((d, i) => gates ? d * (1 - data[i]) : d),
        ),
      );
      ds = tensorOf(
        ds.shape,
        ds.data.map((d, i) => gates ? -d * other[i] : d),
      );
    }
    ds = throughAxon(unit, activity, ds, gradients);
    if (sparsity) {
      const { data } = activity.spikes;
      const rate = data.reduce((sum, spike) => sum + spike, 0) / data.length;
      const excess = Math.max(0, rate - sparsity.maxRate);
      const pressure = 2 * sparsity.lam * excess / data.length;
      ds = tensorOf(ds.shape, ds.data.map((d) => d + pressure));
    }
    const differentiate = (ds: Tensor) => cellAdjoint(ds, activity, neuron);
    let back = differentiate(ds);
    if (unit.recurrent) {
      const { spikes } = activity;
      const own = recurrentAdjoint(ds, spikes, unit.recurrent, differentiate);
      gradients[`${name}.recurrent`] = own.dr.data;
      back = own;
    }
    dy = back.dx;
    if (doesLearn(neuron)) gradients[`${name}.neuron.w`] = back.dw;
  }
  if (unit.graded && activity) {
    const ds = throughAxon(unit, activity, above, gradients);
    dy = gradedAdjoint(ds, activity.u, unit.graded);
  }
  let dDrive = dy;
  if (unit.plainNorm) {
    const affine = { ...NO_AFFINE, epsilon, kind: unit.plainNorm };
    dDrive = normaliseAdjoint(dy, drive, affine).dx;
  } else if (gamma) {
    const back = normaliseAdjoint(dy, drive, { gamma, beta: beta!, epsilon });
    gradients[`${name}.norm.weight`] = back.dgamma;
    gradients[`${name}.norm.bias`] = back.dbeta;
    dDrive = back.dx;
  } else if (beta) {
    const { dbeta } = normaliseAdjoint(dy, drive, {
      gamma: beta,
      beta,
      epsilon: 1,
    });
    gradients[`${name}.bias`] = dbeta;
  }
  for (const kept of unit.sums?.toReversed() ?? []) {
    dDrive = summedAdjoint(dDrive, kept);
  }
  if (unit.ghost) {
    const back = ghostAdjoint(dDrive, first, unit.ghost);
    gradients[`${name}.ghost`] = back.dw.data;
    dDrive = back.dfirst;
  }
  if (!unit.isFixed) {
    const dw = synapseWeightGradient(unit.synapse, input, dDrive);
    gradients[`${name}.weight`] = dw!.data;
  }
  if (unit.source > 0) {
    add(
      unit.source,
      synapseInputGradient(unit.synapse, dDrive, input.shape, NO_NEURON),
    );
  }
}
