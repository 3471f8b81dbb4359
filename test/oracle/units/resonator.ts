/**
 * Resonate-and-fire neurons and their adjoints.
 *
 * @module
 */

import { type Tensor, zeros } from "../tensor.ts";

/** All parameters of a neuron; times in bins. */
export interface Resonator {
  readonly threshold: number;
  readonly period: number;
  readonly tau: number;
  readonly fires: "phase" | "imaginary";
  readonly tauGrad: number;
  readonly scaleGrad: number;
  /** How spikes raise the threshold. @default not at all */
  readonly adapts?: {
    readonly thresholdStep: number;
    readonly tauThreshold: number;
    readonly tauRef: number;
  };
  /**
   * Whether it learns tau and period, and tauThreshold and tauRef if it has
   * them, by w: 1/tau = sigmoid(w), and 4/period.
   *
   * @default false
   */
  readonly learns?: boolean;
}

/** What neurons did, each [N, C, H, W, T]. */
export interface ResonatorActivity {
  /** What is compared with the threshold. */
  readonly u: Tensor;
  /** 0 or 1; where spikes are smooth, other numbers. */
  readonly spikes: Tensor;
  /** Both parts of z before a reset. */
  readonly real: Tensor;
  readonly imaginary: Tensor;
  /** How far the threshold has risen. */
  readonly rise: Tensor;
  /** Its part that decays with tauThreshold; the other does with tauRef. */
  readonly risen: Tensor;
}

/** A step that is smooth, and its derivative. */
const step = (v: number, width: number) =>
  v < 0 ? Math.exp(v / width) / 2 : 1 - Math.exp(-v / width) / 2;
const bump = (v: number, width: number) =>
  Math.exp(-Math.abs(v) / width) / (2 * width);

/** Width and height of the surrogate. */
function surrogateOf({ threshold, tauGrad, scaleGrad }: Resonator) {
  return { width: tauGrad * threshold / 2, height: 10 * scaleGrad };
}

/** Real and imaginary part of the factor of a bin. */
function factorOf({ period, tau }: Resonator) {
  const kept = 1 - 1 / tau;
  const angle = 2 * Math.PI / period;
  return [kept * Math.cos(angle), kept * Math.sin(angle)];
}

/**
 * Integrates drives and fires.
 *
 * @param x Drives, [N, C, H, W, T].
 * @param neuron The neuron.
 * @param smooth The spikes that reset neurons and raise thresholds, where a
 * spike is the function whose derivative the surrogate is.
 * @returns The activity.
 */
export function resonatorForward(
  x: Tensor,
  neuron: Resonator,
  smooth?: Tensor,
): ResonatorActivity {
  const { threshold, fires, adapts } = neuron;
  const { width, height } = surrogateOf(neuron);
  const [cos, sin] = factorOf(neuron);
  const T = x.shape[4];
  const activity = {
    u: zeros(x.shape),
    spikes: zeros(x.shape),
    real: zeros(x.shape),
    imaginary: zeros(x.shape),
    rise: zeros(x.shape),
    risen: zeros(x.shape),
  };
  let [real, imaginary, risen, refractory] = [0, 0, 0, 0];
  x.data.forEach((drive, i) => {
    if (i % T === 0) [real, imaginary, risen, refractory] = [0, 0, 0, 0];
    const before = imaginary;
    [real, imaginary] = [
      cos * real - sin * imaginary + drive,
      sin * real + cos * imaginary,
    ];
    risen *= 1 - 1 / (adapts?.tauThreshold ?? 1);
    refractory *= 1 - 1 / (adapts?.tauRef ?? 1);
    const rise = risen + refractory;
    const turns = before < 0 && imaginary >= 0;
    const u = fires === "imaginary"
      ? imaginary - rise
      : turns
      ? real - rise
      : Math.min(0, real - rise);
    const distance = (fires === "phase" ? real : imaginary) - rise - threshold;
    const spike = !smooth
      ? Number(u >= threshold)
      : height * step(distance, width) *
        (fires === "phase" ? bump(imaginary, width) : 1);
    activity.u.data[i] = u;
    activity.spikes.data[i] = spike;
    activity.real.data[i] = real;
    activity.imaginary.data[i] = imaginary;
    activity.rise.data[i] = rise;
    activity.risen.data[i] = risen;
    if (!(smooth ? smooth.data[i] : spike)) return;
    if (adapts) {
      refractory += 2 * (threshold + risen);
      risen += adapts.thresholdStep;
    } else if (fires === "imaginary") {
      [real, imaginary] = [0, threshold - 1 / 4096];
    }
  });
  return activity;
}

/**
 * Tells the w of a neuron.
 *
 * @param neuron The neuron.
 * @returns w of tau and period, and of tauThreshold and tauRef.
 */
export function resonatorParameters(
  { tau, period, adapts }: Resonator,
): number[] {
  const others = adapts ? [adapts.tauThreshold, adapts.tauRef] : [];
  return [tau, period / 4, ...others].map((each) => -Math.log(each - 1));
}

/**
 * Tells the neuron of some w.
 *
 * @param neuron The other parameters.
 * @param w Those of {@linkcode resonatorParameters}.
 * @returns The neuron.
 */
export function resonatorFrom(
  neuron: Resonator,
  w: ArrayLike<number>,
): Resonator {
  const [tau, quarter, tauThreshold, tauRef] = Array.from(
    w,
    (each) => 1 + Math.exp(-each),
  );
  return {
    ...neuron,
    tau,
    period: 4 * quarter,
    adapts: neuron.adapts && { ...neuron.adapts, tauThreshold, tauRef },
  };
}

/**
 * Goes from the gradient of spikes to those of drives and of each w.
 *
 * @param ds Gradient of the spikes, [N, C, H, W, T].
 * @param activity What the neurons did.
 * @param neuron The neuron.
 * @param spikes The spikes that reset. @default those of the activity
 * @returns Gradients of the drives and of w; the latter is that with the spikes
 * that raise thresholds as they are.
 */
export function resonatorAdjoint(
  ds: Tensor,
  activity: ResonatorActivity,
  neuron: Resonator,
  spikes = activity.spikes,
): { dx: Tensor; dw: number[] } {
  const { threshold, fires, adapts } = neuron;
  const { width, height } = surrogateOf(neuron);
  const [cos, sin] = factorOf(neuron);
  const T = ds.shape[4];
  const dx = zeros(ds.shape);
  const resets = fires === "imaginary" && !adapts;
  const angle = 2 * Math.PI / neuron.period;
  const { tauThreshold = 1, tauRef = 1 } = adapts ?? {};
  const dw = [0, 0, 0, 0];
  let [dReal, dImaginary, dRisen, dRefractory] = [0, 0, 0, 0];
  for (let i = ds.data.length - 1; i >= 0; i--) {
    if (i % T === T - 1) {
      [dReal, dImaginary, dRisen, dRefractory] = [0, 0, 0, 0];
    }
    if (resets && spikes.data[i]) [dReal, dImaginary] = [0, 0];
    if (spikes.data[i]) dRisen += 2 * dRefractory;
    const imaginary = activity.imaginary.data[i];
    const rise = activity.rise.data[i];
    const risen = activity.risen.data[i];
    const spiking = fires === "phase" ? activity.real.data[i] : imaginary;
    const distance = spiking - rise - threshold;
    const dDistance = ds.data[i] * height * bump(distance, width) *
      (fires === "phase" ? bump(imaginary, width) : 1);
    dRisen -= dDistance;
    dRefractory -= dDistance;
    if (fires === "phase") {
      const falls = -Math.sign(imaginary) / width * bump(imaginary, width);
      dReal += dDistance;
      dImaginary += ds.data[i] * height * step(distance, width) * falls;
    } else {
      dImaginary += dDistance;
    }
    dx.data[i] = dReal;
    const [real0, imaginary0] = i % T === 0
      ? [0, 0]
      : resets && spikes.data[i - 1]
      ? [0, threshold - 1 / 4096]
      : [activity.real.data[i - 1], activity.imaginary.data[i - 1]];
    const turned = [
      cos * real0 - sin * imaginary0,
      sin * real0 + cos * imaginary0,
    ];
    // By sigmoid(w), 1 − sigmoid(w) has a derivative of −sigmoid(w) times itself.
    dw[0] -= (dReal * turned[0] + dImaginary * turned[1]) / neuron.tau;
    dw[1] += (dImaginary * turned[0] - dReal * turned[1]) * angle *
      (1 - 4 / neuron.period);
    dw[2] -= dRisen * risen / tauThreshold;
    dw[3] -= dRefractory * (rise - risen) / tauRef;
    dRisen *= 1 - 1 / tauThreshold;
    dRefractory *= 1 - 1 / tauRef;
    [dReal, dImaginary] = [
      cos * dReal + sin * dImaginary,
      cos * dImaginary - sin * dReal,
    ];
  }
  return { dx, dw: adapts ? dw : dw.slice(0, 2) };
}
