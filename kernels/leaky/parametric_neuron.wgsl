// Parametric leaky integrate-and-fire neurons, PLIF, which learn their leak.
// The WGSL of a stepped neuron with `recall` and a learned parameter, see
// cell_recall.wgsl and cell_learned.wgsl; compiled after firing.wgsl.
//
// step   v += leak · (drive − (v − vReset)) if decaysInput, else
//        v += drive − leak · (v − vReset)
//
// leak = 1/τ = 1/(1 + exp(−w)), τ in bins; all neurons of a layer share w.
//
// learned  [1]  w, padded to a quad
//
// Source: Fang and others, Incorporating learnable membrane time constant to
// enhance learning of spiking neural networks, ICCV 2021.

// Not 0: the leak scales the drive too.
override decaysInput: f32 = 1;

@group(0) @binding(1) var<uniform> learned: vec4<f32>;

const learns = true;

// The share of v that decays in a bin, and the share that stays. Computed once:
// exp() in each bin takes half of the kernel's time.
var<private> shares: vec2<f32>;

struct State {
  v: f32,
}

fn atRest() -> State {
  shares = 1 / (1 + exp(vec2(-learned.x, learned.x)));
  return State(vReset);
}

fn step(state: ptr<function, State>, drive: f32) -> f32 {
  let v = (*state).v;
  let inputGain = select(1, shares.x, decaysInput != 0);
  let potential = v + fma(inputGain, drive, -shares.x * (v - vReset));
  (*state).v = potential;
  return potential;
}

fn reset(state: ptr<function, State>, fires: bool) {
  if (fires) {
    (*state).v = resetOf((*state).v, theta);
  }
}

alias Recalled = f32;

fn recall(before: State, after: State) -> Recalled {
  return before.v;
}

struct Back {
  v: f32,
  // Gradient of w.
  w: f32,
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
  // d leak / dw = leak · (1 − leak), the product of the two shares.
  let change =
    select(shares.x * (vReset - before), potential - before, decaysInput != 0);
  *back = Back(shares.y * dv, fma(dv, shares.y * change, (*back).w));
  return select(1, shares.x, decaysInput != 0) * dv;
}

fn learnedGradient(back: Back) -> vec4<f32> {
  return vec4(back.w, 0, 0, 0);
}
