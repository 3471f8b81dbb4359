/**
 * Resonate-and-fire neurons in fixed-point arithmetic, and their adjoints.
 *
 * @module
 */

import { type Tensor, zeros } from "../tensor.ts";
import {
  type Resonator,
  type ResonatorActivity,
  resonatorAdjoint,
} from "./resonator.ts";

/** All parameters of a neuron. */
export interface FixedResonator
  extends
    Pick<Resonator, "fires" | "tauGrad" | "scaleGrad">,
    Readonly<Record<"vThMant" | "sinDecay" | "cosDecay", number>> {
  /** How spikes raise the threshold. @default not at all */
  readonly adapts?: Readonly<
    Record<"vThStep" | "thDecay" | "refDecay", number>
  >;
}

/**
 * Integrates drives and fires in integers, as on the Loihi 2 processor.
 *
 * @param x Drives, [N, C, H, W, T].
 * @param neuron Threshold in units of 1/64, decays in those of 1/4096.
 * @returns The activity, in weights.
 */
export function fixedResonatorForward(
  x: Tensor,
  { vThMant, sinDecay, cosDecay, fires, adapts }: FixedResonator,
): ResonatorActivity {
  const T = x.shape[4];
  const activity = {
    u: zeros(x.shape),
    spikes: zeros(x.shape),
    real: zeros(x.shape),
    imaginary: zeros(x.shape),
    rise: zeros(x.shape),
    risen: zeros(x.shape),
  };
  const share = (value: number, factor: number) =>
    Math.trunc(value * factor / 4096);
  const threshold = 64 * vThMant;
  let [real, imaginary, risen, refractory] = [0, 0, 0, 0];
  x.data.forEach((drive, i) => {
    if (i % T === 0) [real, imaginary, risen, refractory] = [0, 0, 0, 0];
    const before = imaginary;
    [real, imaginary] = [
      share(real, cosDecay) - share(imaginary, sinDecay) +
      Math.trunc(4096 * drive),
      share(real, sinDecay) + share(imaginary, cosDecay),
    ];
    risen = share(risen, 4096 - (adapts?.thDecay ?? 0));
    refractory = share(refractory, 4096 - (adapts?.refDecay ?? 0));
    const rise = risen + refractory;
    const value = (fires === "phase" ? real : imaginary) - rise;
    const turns = before < 0 && imaginary >= 0;
    const u = fires === "imaginary" || turns ? value : Math.min(0, value);
    activity.u.data[i] = u / 4096;
    activity.spikes.data[i] = Number(u >= threshold);
    activity.real.data[i] = real / 4096;
    activity.imaginary.data[i] = imaginary / 4096;
    activity.rise.data[i] = rise / 4096;
    activity.risen.data[i] = risen / 4096;
    if (u < threshold) return;
    if (adapts) {
      refractory += 2 * (threshold + risen);
      risen += 64 * adapts.vThStep;
    } else if (fires === "imaginary") {
      [real, imaginary] = [0, threshold - 1];
    }
  });
  return activity;
}

/**
 * Goes from the gradient of spikes to that of drives, as if neurons were not
 * reset.
 *
 * @param ds Gradient of the spikes, [N, C, H, W, T].
 * @param activity Potentials and spikes of the forward pass.
 * @param neuron The neuron.
 * @returns Gradient of the drives.
 */
export function fixedResonatorAdjoint(
  ds: Tensor,
  activity: ResonatorActivity,
  neuron: FixedResonator,
): Tensor {
  const none = zeros(ds.shape);
  return resonatorAdjoint(ds, activity, realOf(neuron), none).dx;
}

/**
 * Converts a neuron to real numbers.
 *
 * @param neuron The neuron.
 * @returns The same neuron in real arithmetic.
 */
export function realOf(
  { vThMant, sinDecay, cosDecay, adapts, ...others }: FixedResonator,
): Resonator {
  return {
    ...others,
    threshold: vThMant / 64,
    period: 2 * Math.PI / Math.atan2(sinDecay, cosDecay),
    tau: 1 / (1 - Math.hypot(sinDecay, cosDecay) / 4096),
    ...adapts && {
      adapts: {
        thresholdStep: adapts.vThStep / 64,
        tauThreshold: 4096 / adapts.thDecay,
        tauRef: 4096 / adapts.refDecay,
      },
    },
  };
}
