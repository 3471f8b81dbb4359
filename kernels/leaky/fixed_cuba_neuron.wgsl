// Current-based leaky integrate-and-fire neurons in fixed-point arithmetic. The
// WGSL of a stepped neuron, see stepped_neuron.wgsl; compiled after
// fixed_point.wgsl.
//
// step   i, v as in fixed_point.wgsl
//        potential = (v − 1) / 4096, at least theta where v exceeds
//        4096 · theta
// reset  v = 0

struct State {
  own: Integrated,
}

fn atRest() -> State {
  return State(Integrated(0, 0));
}

fn step(state: ptr<function, State>, drive: f32) -> f32 {
  let now = integrated((*state).own, drive);
  (*state).own = now;
  return f32(now.v - 1) / f32(one);
}

fn reset(state: ptr<function, State>, fires: bool) {
  if (fires) {
    (*state).own.v = 0;
  }
}

fn stepBack(
  back: ptr<function, Back>,
  potential: f32,
  fires: bool,
  gradient: f32,
) -> f32 {
  let after = select((*back).v, 0, fires);
  let dv = fma(gradient, slopeAt(potential - theta), after);
  return integratedBack(back, dv);
}
