// Resonate-and-fire neurons, RF, in fixed-point arithmetic. The WGSL of a
// stepped neuron with `recall`, see cell_recall.wgsl; compiled after
// fixed_resonance.wgsl.
//
// step   z as in fixed_resonance.wgsl; the threshold does not rise
// reset  none if byPhase; else a spike sets the real part to 0 and the
//        imaginary part to 1/4096 below theta

struct State {
  z: vec2<i32>,
}

fn atRest() -> State {
  return State(vec2<i32>());
}

fn step(state: ptr<function, State>, drive: f32) -> f32 {
  let before = (*state).z;
  let z = rotated(before, drive);
  (*state).z = z;
  return potentialOf(before, z, 0);
}

fn reset(state: ptr<function, State>, fires: bool) {
  if (fires && byPhase == 0) {
    (*state).z = vec2(0, fixedOf(theta) - 1);
  }
}

fn recall(before: State, after: State) -> Recalled {
  return distancesOf(after.z, 0);
}
