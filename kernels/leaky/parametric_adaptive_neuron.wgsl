// Leaky integrate-and-fire neurons with an adaptive threshold that learn the
// decays of potential and threshold. The WGSL of a stepped neuron with `recall`
// and learned parameters, see cell_recall.wgsl and cell_learned.wgsl; compiled
// after firing.wgsl.
//
// step   v += leak · (drive − (v − vReset)) if decaysInput, else
//        v += drive − leak · (v − vReset)
//        potential = v − adaptation · trace
// reset  also trace += recovery · (s − trace), s = 1 where the neuron fires
//
// leak = 1/(1 + exp(−w[0])) and recovery = 1/(1 + exp(−w[1])) are 1/τ, τ in
// bins; all neurons of a layer share w.
//
// learned  [2]  w, padded to a quad
//
// Source: the neuron of adaptive_neuron.wgsl; Fang and others, ICCV 2021, learn
// a leak by w.

// Not 0: the leak scales the drive too.
override decaysInput: f32 = 1;
override adaptation: f32 = 1;

@group(0) @binding(1) var<uniform> learned: vec4<f32>;

const learns = true;

// The shares of v and of the trace that decay in a bin, and those that stay.
// Computed once: exp() in each bin takes half of the kernel's time.
var<private> leaks: vec2<f32>;
var<private> keeps: vec2<f32>;

struct State {
  v: f32,
  trace: f32,
}

fn atRest() -> State {
  leaks = 1 / (1 + exp(-learned.xy));
  keeps = 1 / (1 + exp(learned.xy));
  return State(vReset, 0);
}

fn step(state: ptr<function, State>, drive: f32) -> f32 {
  let v = (*state).v;
  let inputGain = select(1, leaks.x, decaysInput != 0);
  let raised = v + fma(inputGain, drive, -leaks.x * (v - vReset));
  (*state).v = raised;
  return fma(-adaptation, (*state).trace, raised);
}

fn reset(state: ptr<function, State>, fires: bool) {
  let own = *state;
  let threshold = fma(adaptation, own.trace, theta);
  (*state).v = select(own.v, resetOf(own.v, threshold), fires);
  (*state).trace = own.trace + leaks.y * (select(0.0, 1.0, fires) - own.trace);
}

// v and the trace before a step.
alias Recalled = vec2<f32>;

fn recall(before: State, after: State) -> Recalled {
  return vec2(before.v, before.trace);
}

struct Back {
  v: f32,
  trace: f32,
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
  let after = *back;
  let rise = adaptation * before.y;
  let own = gradient + leaks.y * after.trace;
  let ds = ofSpike(own, after.v, potential + rise, theta + rise);
  let du = ds * slopeAt(potential - theta);
  let dv = du + pastReset(after.v, fires);
  // A reset that subtracts the threshold also subtracts its rise.
  let dRise = -du - select(0, subtracted * after.v, fires);
  // d leak / dw = leak · (1 − leak), the product of the two shares.
  let scaled = decaysInput != 0;
  let change =
    select(leaks.x * (vReset - before.x), potential + rise - before.x, scaled);
  let recovered = leaks.y * (select(0.0, 1.0, fires) - before.y);
  let dw = vec2(dv * change, after.trace * recovered) * keeps;
  *back = Back(
    keeps.x * dv,
    fma(adaptation, dRise, keeps.y * after.trace),
    after.w + dw,
  );
  return select(1, leaks.x, scaled) * dv;
}

fn learnedGradient(back: Back) -> vec4<f32> {
  return vec4(back.w, 0, 0);
}
