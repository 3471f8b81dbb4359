// Current-based neurons with an adaptive threshold and a refractory response in
// fixed-point arithmetic. The WGSL of a stepped neuron, see
// stepped_neuron.wgsl; compiled after fixed_point.wgsl and
// fixed_adaptation.wgsl.
//
// step   i, v as in fixed_point.wgsl
//        rise, refractory as in fixed_adaptation.wgsl
//        potential = (v − rise − refractory) / 4096
// reset  a spike raises the threshold; v stays
//
// As in lava-dl, no gradient flows through the threshold or the refractory
// response.

struct State {
  own: Integrated,
  threshold: Adaptation,
}

fn atRest() -> State {
  return State(Integrated(0, 0), Adaptation(0, 0));
}

fn step(state: ptr<function, State>, drive: f32) -> f32 {
  let before = *state;
  let now = integrated(before.own, drive);
  let threshold = relaxed(before.threshold);
  *state = State(now, threshold);
  return f32(now.v - threshold.rise - threshold.refractory) / f32(one);
}

fn reset(state: ptr<function, State>, fires: bool) {
  if (fires) {
    (*state).threshold = raised((*state).threshold);
  }
}

fn stepBack(
  back: ptr<function, Back>,
  potential: f32,
  fires: bool,
  gradient: f32,
) -> f32 {
  let dv = fma(gradient, slopeAt(potential - theta), (*back).v);
  return integratedBack(back, dv);
}
