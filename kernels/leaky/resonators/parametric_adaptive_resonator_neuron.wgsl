// Adaptive resonate-and-fire neurons, ADRF, that learn decay and period, and
// the decays of the threshold's rise. The WGSL of a stepped neuron with
// `recall` and learned parameters, see cell_recall.wgsl and cell_learned.wgsl;
// compiled after float_resonance.wgsl and learned_factor.wgsl.
//
// step   z as in resonance.wgsl
//        rise −= thresholdLeak · rise
//        refractory −= refractoryLeak · refractory
//        the threshold is theta + rise + refractory
// reset  refractory += 2 · (theta + rise), rise += thresholdStep; z stays
//
// thresholdLeak = 1/(1 + exp(−w[2])) and refractoryLeak = 1/(1 + exp(−w[3]))
// are 1/τ, τ in bins. Their gradient is that for given spikes: none flows to
// the spikes that raised the threshold.

override thresholdStep: f32 = 0;

struct State {
  z: vec2<f32>,
  // The rise, then the refractory response.
  raised: vec2<f32>,
}

fn atRest() -> State {
  loadLearned();
  return State(vec2<f32>(), vec2<f32>());
}

fn step(state: ptr<function, State>, drive: f32) -> f32 {
  let before = *state;
  let z = rotated(before.z, drive);
  let raised = keeps.zw * before.raised;
  *state = State(z, raised);
  return potentialOf(before.z, z, raised.x + raised.y);
}

fn reset(state: ptr<function, State>, fires: bool) {
  if (fires) {
    let rise = (*state).raised.x;
    (*state).raised += vec2(thresholdStep, 2 * (theta + rise));
  }
}

struct Recalled {
  distances: vec2<f32>,
  // The state before the step.
  before: State,
}

fn recall(before: State, after: State) -> Recalled {
  let rise = after.raised.x + after.raised.y;
  return Recalled(distancesOf(after.z, rise), before);
}

struct Back {
  dz: vec2<f32>,
  draised: vec2<f32>,
  // Gradient of w.
  w: vec4<f32>,
}

fn stepBackFrom(
  back: ptr<function, Back>,
  recalled: Recalled,
  potential: f32,
  fires: bool,
  gradient: f32,
) -> f32 {
  let own = gradient * slopesAt(recalled.distances);
  let dz = (*back).dz + own;
  let after = (*back).draised;
  // A spike raises the refractory response by twice the rise, and more.
  let draised = after + vec2(select(0, 2 * after.y, fires), 0) -
    vec2(select(own.y, own.x, byPhase != 0));
  let dw = vec4(
    factorGradient(dz, recalled.before.z),
    -leaks.zw * keeps.zw * draised * recalled.before.raised,
  );
  *back = Back(turnedBack(dz), keeps.zw * draised, (*back).w + dw);
  return dz.x;
}

fn learnedGradient(back: Back) -> vec4<f32> {
  return back.w;
}
