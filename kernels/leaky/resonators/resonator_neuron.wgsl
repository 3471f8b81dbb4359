// Resonate-and-fire neurons, RF. The WGSL of a stepped neuron with `recall`,
// see cell_recall.wgsl; compiled after float_resonance.wgsl.
//
// step   z as in resonance.wgsl; the threshold does not rise
// reset  none if byPhase; else a spike sets the real part to 0 and the
//        imaginary part to just below theta
//
// No gradient flows through a reset.

struct State {
  z: vec2<f32>,
}

fn atRest() -> State {
  return State(vec2<f32>());
}

fn step(state: ptr<function, State>, drive: f32) -> f32 {
  let before = (*state).z;
  let z = rotated(before, drive);
  (*state).z = z;
  return potentialOf(before, z, 0);
}

fn reset(state: ptr<function, State>, fires: bool) {
  if (fires && byPhase == 0) {
    (*state).z = vec2(0.0, theta - 1.0 / 4096);
  }
}

fn recall(before: State, after: State) -> Recalled {
  return distancesOf(after.z, 0);
}

fn stepBackFrom(
  back: ptr<function, Back>,
  recalled: Recalled,
  potential: f32,
  fires: bool,
  gradient: f32,
) -> f32 {
  if (fires && byPhase == 0) {
    (*back).dz = vec2<f32>();
  }
  return resonatedBack(back, recalled, gradient);
}
