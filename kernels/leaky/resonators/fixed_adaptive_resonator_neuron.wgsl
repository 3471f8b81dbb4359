// Adaptive resonate-and-fire neurons, ADRF, in fixed-point arithmetic. The WGSL
// of a stepped neuron with `recall`, see cell_recall.wgsl; compiled after
// fixed_resonance.wgsl and fixed_adaptation.wgsl.
//
// step   z as in fixed_resonance.wgsl
//        rise, refractory as in fixed_adaptation.wgsl
//        the threshold is theta + rise + refractory
// reset  a spike raises the threshold; z stays

struct State {
  z: vec2<i32>,
  threshold: Adaptation,
}

fn atRest() -> State {
  return State(vec2<i32>(), Adaptation(0, 0));
}

fn step(state: ptr<function, State>, drive: f32) -> f32 {
  let before = *state;
  let z = rotated(before.z, drive);
  let threshold = relaxed(before.threshold);
  *state = State(z, threshold);
  return potentialOf(before.z, z, threshold.rise + threshold.refractory);
}

fn reset(state: ptr<function, State>, fires: bool) {
  if (fires) {
    (*state).threshold = raised((*state).threshold);
  }
}

fn recall(before: State, after: State) -> Recalled {
  let threshold = after.threshold;
  return distancesOf(after.z, threshold.rise + threshold.refractory);
}
