// Resonate-and-fire neurons, RF, that learn decay and period. The WGSL of a
// stepped neuron with `recall` and learned parameters, see cell_recall.wgsl and
// cell_learned.wgsl; compiled after float_resonance.wgsl and
// learned_factor.wgsl.
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
  loadLearned();
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

struct Recalled {
  distances: vec2<f32>,
  // z before the step.
  z: vec2<f32>,
}

fn recall(before: State, after: State) -> Recalled {
  return Recalled(distancesOf(after.z, 0), before.z);
}

struct Back {
  dz: vec2<f32>,
  // Gradient of w.
  w: vec2<f32>,
}

fn stepBackFrom(
  back: ptr<function, Back>,
  recalled: Recalled,
  potential: f32,
  fires: bool,
  gradient: f32,
) -> f32 {
  let isReset = fires && byPhase == 0;
  let after = select((*back).dz, vec2<f32>(), isReset);
  let dz = after + gradient * slopesAt(recalled.distances);
  let dw = factorGradient(dz, recalled.z);
  *back = Back(turnedBack(dz), (*back).w + dw);
  return dz.x;
}

fn learnedGradient(back: Back) -> vec4<f32> {
  return vec4(back.w, 0, 0);
}
