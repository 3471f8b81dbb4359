// Adaptive leaky integrate-and-fire neurons, ALIF: the threshold rises with
// each spike and decays. The WGSL of a stepped neuron with `recall`, see
// cell_recall.wgsl; compiled after firing.wgsl.
//
// step   v += inputGain · drive − leak · (v − vReset)
//        potential = v − adaptation · trace, which is theta where v is at the
//        threshold, theta + adaptation · trace
// reset  also trace += recovery · (s − trace), s = 1 where the neuron fires
//
// leak and recovery are 1/τ, τ in bins, or 0. inputGain is 1/τ of v where the
// drive is scaled by the leak, else 1.
//
// Source: Bellec and others, Long short-term memory and learning-to-learn in
// networks of spiking neurons, NeurIPS 2018.

override leak: f32 = 0.5;
override inputGain: f32 = 0.5;
override adaptation: f32 = 1;
override recovery: f32 = 0.1;

struct State {
  v: f32,
  trace: f32,
}

fn atRest() -> State {
  return State(vReset, 0);
}

fn step(state: ptr<function, State>, drive: f32) -> f32 {
  let v = (*state).v;
  let raised = v + fma(inputGain, drive, -leak * (v - vReset));
  (*state).v = raised;
  return fma(-adaptation, (*state).trace, raised);
}

fn reset(state: ptr<function, State>, fires: bool) {
  let own = *state;
  let threshold = fma(adaptation, own.trace, theta);
  (*state).v = select(own.v, resetOf(own.v, threshold), fires);
  (*state).trace = own.trace + recovery * (select(0.0, 1.0, fires) - own.trace);
}

alias Recalled = f32;

fn recall(before: State, after: State) -> Recalled {
  return before.trace;
}

struct Back {
  v: f32,
  trace: f32,
}

fn stepBackFrom(
  back: ptr<function, Back>,
  trace: Recalled,
  potential: f32,
  fires: bool,
  gradient: f32,
) -> f32 {
  let after = *back;
  let rise = adaptation * trace;
  let own = gradient + recovery * after.trace;
  let ds = ofSpike(own, after.v, potential + rise, theta + rise);
  let du = ds * slopeAt(potential - theta);
  let dv = du + pastReset(after.v, fires);
  // A reset that subtracts the threshold also subtracts its rise.
  let dRise = -du - select(0, subtracted * after.v, fires);
  *back = Back(
    (1 - leak) * dv,
    fma(adaptation, dRise, (1 - recovery) * after.trace),
  );
  return inputGain * dv;
}
