// Current-based neurons with an adaptive threshold and a refractory response in
// fixed-point arithmetic. The WGSL of a stepped neuron, see
// stepped_neuron.wgsl; compiled after fixed_point.wgsl.
//
// step   i, v as in fixed_point.wgsl
//        rise = ⌊rise · (4096 − thDecay) / 4096⌋
//        refractory = ⌊refractory · (4096 − refDecay) / 4096⌋
//        potential = (v − rise − refractory) / 4096
// reset  refractory += 2 · (4096 · theta + rise), rise += 64 · vThStep; v stays
//
// As in lava-dl, no gradient flows through the threshold or the refractory
// response.

override thDecay: u32 = 512;
override refDecay: u32 = 512;
override vThStep: u32 = 8;

struct State {
  own: Integrated,
  rise: i32,
  refractory: i32,
}

fn atRest() -> State {
  return State(Integrated(0, 0), 0, 0);
}

fn step(state: ptr<function, State>, drive: f32) -> f32 {
  let before = *state;
  let now = integrated(before.own, drive);
  let rise = keptOf(before.rise, thDecay);
  let refractory = keptOf(before.refractory, refDecay);
  *state = State(now, rise, refractory);
  return f32(now.v - rise - refractory) / f32(one);
}

fn reset(state: ptr<function, State>, fires: bool) {
  if (fires) {
    (*state).refractory += 2 * (i32(f32(one) * theta) + (*state).rise);
    (*state).rise += 64 * i32(vThStep);
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
