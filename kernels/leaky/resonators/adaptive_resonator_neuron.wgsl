// Adaptive resonate-and-fire neurons, ADRF: the threshold rises with each
// spike. The WGSL of a stepped neuron with `recall`, see cell_recall.wgsl;
// compiled after float_resonance.wgsl.
//
// step   z as in resonance.wgsl
//        rise −= thresholdLeak · rise
//        refractory −= refractoryLeak · refractory
//        the threshold is theta + rise + refractory
// reset  refractory += 2 · (theta + rise), rise += thresholdStep; z stays
//
// Source: lava-dl, SLAYER 2.0.

override thresholdStep: f32 = 0;
override thresholdLeak: f32 = 0.1;
override refractoryLeak: f32 = 0.1;

struct State {
  z: vec2<f32>,
  rise: f32,
  refractory: f32,
}

fn atRest() -> State {
  return State(vec2<f32>(), 0, 0);
}

fn step(state: ptr<function, State>, drive: f32) -> f32 {
  let before = *state;
  let z = rotated(before.z, drive);
  let rise = (1 - thresholdLeak) * before.rise;
  let refractory = (1 - refractoryLeak) * before.refractory;
  *state = State(z, rise, refractory);
  return potentialOf(before.z, z, rise + refractory);
}

fn reset(state: ptr<function, State>, fires: bool) {
  if (fires) {
    (*state).refractory += 2 * (theta + (*state).rise);
    (*state).rise += thresholdStep;
  }
}

fn recall(before: State, after: State) -> Recalled {
  return distancesOf(after.z, after.rise + after.refractory);
}

fn stepBackFrom(
  back: ptr<function, Back>,
  recalled: Recalled,
  potential: f32,
  fires: bool,
  gradient: f32,
) -> f32 {
  return resonatedBack(back, recalled, gradient);
}
