// Current-based leaky integrate-and-fire neurons, CUBA-LIF: the drive adds to a
// synaptic current that decays as well. The WGSL of a stepped neuron, see
// stepped_neuron.wgsl; compiled after firing.wgsl.
//
// step   i += drive − currentLeak · i
//        v += inputGain · i − leak · (v − vReset)
//
// leak and currentLeak are 1/τ, τ in bins, or 0. inputGain is 1/τ of v where
// the input is scaled by the leak, else 1.
//
// Source: Gerstner, Kistler, Naud, Paninski, Neuronal Dynamics, 2014, chapter
// 1; in steps of a bin, Davies and others, Loihi, IEEE Micro 38, 2018.

override leak: f32 = 0.5;
override inputGain: f32 = 0.5;
override currentLeak: f32 = 0.5;

struct State {
  current: f32,
  v: f32,
}

fn atRest() -> State {
  return State(0, vReset);
}

fn step(state: ptr<function, State>, drive: f32) -> f32 {
  let v = (*state).v;
  let current = fma(1 - currentLeak, (*state).current, drive);
  let potential = v + fma(inputGain, current, -leak * (v - vReset));
  *state = State(current, potential);
  return potential;
}

fn reset(state: ptr<function, State>, fires: bool) {
  if (fires) {
    (*state).v = resetOf((*state).v, theta);
  }
}

struct Back {
  current: f32,
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
  let dx = inputGain * dv + (1 - currentLeak) * (*back).current;
  *back = Back(dx, (1 - leak) * dv);
  return dx;
}
