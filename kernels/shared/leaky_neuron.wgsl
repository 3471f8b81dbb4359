// Neurons that integrate their drive with a leak, or without one. The text of a
// stepped neuron, see stepped_neuron.wgsl.
//
// step   v += inputGain · drive − leak · (v − vReset)
// reset  v = vReset where the neuron fires (hard), or v −= theta (soft)
//
// leak = 1/τ, τ in bins, or 0; inputGain = 1/τ where the drive decays with the
// potential, else 1.
//
// Source: Fang and others, SpikingJelly, Science Advances 9, 2023.

override leak: f32 = 0.5;
override inputGain: f32 = 0.5;
override vReset: f32 = 0;
// Not 0: subtract theta.
override softReset: f32 = 0;
// Not 0: the gradient flows through the reset too.
override resetGradient: f32 = 0;
// 0 exponential, 1 arctangent, 2 sigmoid, 3 fast sigmoid, 4 triangle.
override surrogate: f32 = 1;
override steepness: f32 = 2;

struct State {
  v: f32,
}

fn atRest() -> State {
  return State(vReset);
}

fn step(state: ptr<function, State>, drive: f32) -> f32 {
  let v = (*state).v;
  let potential = v + fma(inputGain, drive, -leak * (v - vReset));
  (*state).v = potential;
  return potential;
}

fn reset(state: ptr<function, State>, fires: bool) {
  if (fires) {
    (*state).v = select(vReset, (*state).v - theta, softReset != 0);
  }
}

// The surrogate's derivative, `distance` from threshold.
fn slopeAt(distance: f32) -> f32 {
  let scaled = steepness * abs(distance);
  if (surrogate == 0) {
    return steepness * exp(-scaled);
  }
  if (surrogate == 1) {
    let angle = 1.5707963267948966 * scaled;
    return 0.5 * steepness / (1 + angle * angle);
  }
  if (surrogate == 2) {
    let share = 1 / (1 + exp(-scaled));
    return steepness * share * (1 - share);
  }
  if (surrogate == 3) {
    return 1 / ((1 + scaled) * (1 + scaled));
  }
  return steepness * max(1 - scaled, 0);
}

struct Back {
  v: f32,
}

fn stepBack(
  back: ptr<function, Back>,
  potential: f32,
  fires: bool,
  gradient: f32,
) -> f32 {
  let slope = slopeAt(potential - theta);
  var after = (*back).v;
  var dv = gradient * slope;
  if (softReset != 0) {
    dv += after - select(0, after * theta * slope, resetGradient != 0);
  } else {
    dv += select(after, 0, fires) -
      select(0, after * (potential - vReset) * slope, resetGradient != 0);
  }
  (*back).v = (1 - leak) * dv;
  return inputGain * dv;
}
