// Leaky or non-leaky integrate-and-fire neurons. The WGSL of a stepped neuron,
// see stepped_neuron.wgsl; compiled after firing.wgsl.
//
// step   v += inputGain · drive − leak · (v − vReset)
//
// leak = 1/τ, τ in bins, or 0. inputGain is 1/τ where the drive is scaled by
// the leak, else 1.
//
// Source: Fang and others, SpikingJelly, Science Advances 9, 2023.

override leak: f32 = 0.5;
override inputGain: f32 = 0.5;

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
    (*state).v = resetOf((*state).v, theta);
  }
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
  let after = (*back).v;
  let ds = ofSpike(gradient, after, potential, theta);
  let dv = ds * slopeAt(potential - theta) + pastReset(after, fires);
  (*back).v = (1 - leak) * dv;
  return inputGain * dv;
}
