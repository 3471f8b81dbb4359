// Current-based leaky integrate-and-fire neurons that learn both leaks. The
// WGSL of a stepped neuron with `recall` and learned parameters, see
// cell_recall.wgsl and cell_learned.wgsl; compiled after firing.wgsl.
//
// step   i += drive − currentLeak · i
//        v += leak · (i − (v − vReset)) if decaysInput, else
//        v += i − leak · (v − vReset)
//
// leak = 1/(1 + exp(−w[0])) and currentLeak = 1/(1 + exp(−w[1])) are 1/τ, τ in
// bins; all neurons of a layer share w.
//
// learned  [2]  w, padded to a quad
//
// Source: the neuron of cuba_neuron.wgsl; lava-dl learns its decays, and Fang
// and others, ICCV 2021, learn a leak by w.

// Not 0: the leak scales the current too.
override decaysInput: f32 = 1;

@group(0) @binding(1) var<uniform> learned: vec4<f32>;

const learns = true;

// The shares of v and i that decay in a bin, and those that stay. Computed
// once: exp() in each bin takes half of the kernel's time.
var<private> leaks: vec2<f32>;
var<private> keeps: vec2<f32>;

struct State {
  current: f32,
  v: f32,
}

fn atRest() -> State {
  leaks = 1 / (1 + exp(-learned.xy));
  keeps = 1 / (1 + exp(learned.xy));
  return State(0, vReset);
}

fn step(state: ptr<function, State>, drive: f32) -> f32 {
  let v = (*state).v;
  let current = fma(keeps.y, (*state).current, drive);
  let inputGain = select(1, leaks.x, decaysInput != 0);
  let potential = v + fma(inputGain, current, -leaks.x * (v - vReset));
  *state = State(current, potential);
  return potential;
}

fn reset(state: ptr<function, State>, fires: bool) {
  if (fires) {
    (*state).v = resetOf((*state).v, theta);
  }
}

// The current and v before a step.
alias Recalled = vec2<f32>;

fn recall(before: State, after: State) -> Recalled {
  return vec2(before.current, before.v);
}

struct Back {
  current: f32,
  v: f32,
  // Gradient of w.
  w: vec2<f32>,
}

fn stepBackFrom(
  back: ptr<function, Back>,
  before: Recalled,
  potential: f32,
  fires: bool,
  gradient: f32,
) -> f32 {
  let after = (*back).v;
  let ds = ofSpike(gradient, after, potential, theta);
  let dv = ds * slopeAt(potential - theta) + pastReset(after, fires);
  let inputGain = select(1, leaks.x, decaysInput != 0);
  let dx = inputGain * dv + keeps.y * (*back).current;
  // d leak / dw = leak · (1 − leak), the product of the two shares.
  let scaled = decaysInput != 0;
  let change =
    select(leaks.x * (vReset - before.y), potential - before.y, scaled);
  let dw = vec2(dv * change, -dx * leaks.y * before.x) * keeps;
  *back = Back(dx, keeps.x * dv, (*back).w + dw);
  return dx;
}

fn learnedGradient(back: Back) -> vec4<f32> {
  return vec4(back.w, 0, 0);
}
