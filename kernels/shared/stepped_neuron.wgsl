// A stepped neuron, whose state advances one bin at a time. Compiled after
// neurons.wgsl and before the WGSL of the neuron, which defines
//
// struct State, fn atRest() -> State
//   its state, and the state before the first bin
// fn step(state: ptr<function, State>, drive: f32) -> f32
//   advances the state by one bin and returns the potential
// fn reset(state: ptr<function, State>, fires: bool)
//   is called after each step, with fires = potential >= theta
//
// advance  u[n, t, f] = step(state, gain · height · x[t])
//          s[n, t, f] = u[n, t, f] >= theta

struct Neuron {
  // Index of its potential in bin 0, and of its first word of spikes.
  row: u32,
  words: u32,
  factor: f32,
  // Its spikes of the last 32 bins, the latest in bit 31.
  recent: u32,
  state: State,
}

// Neuron f, at index i of a row, before the first bin.
fn startNeuron(n: u32, i: u32, f: u32) -> Neuron {
  let row = n * sampleRows * 4 * Q + i;
  let words = n * ((T + 31) / 32) * F + f;
  return Neuron(row, words, gain * heightOf(n), 0u, atRest());
}

// Steps bin t and returns the potential. `gone`, the drive K bins ago, and
// `faded`, the spike R bins ago, are for other neuron models.
fn stepBin(
  neuron: ptr<function, Neuron>,
  x: f32,
  gone: f32,
  faded: f32,
  t: u32,
) -> f32 {
  var state = (*neuron).state;
  let value = step(&state, (*neuron).factor * x);
  let fires = value >= theta && t < T;
  reset(&state, fires);
  (*neuron).state = state;
  (*neuron).recent = ((*neuron).recent >> 1) | select(0u, 0x80000000u, fires);
  return value;
}

// Steps bins t to t + 3, where t is a multiple of four, with drives x. `gone`,
// the drives K bins ago, is not used. Returns the result of keepFour.
fn advance(
  neuron: ptr<function, Neuron>,
  x: vec4<f32>,
  gone: vec4<f32>,
  t: u32,
) -> u32 {
  var now = *neuron;
  let value = vec4(
    stepBin(&now, x.x, gone.x, 0.0, t),
    stepBin(&now, x.y, gone.y, 0.0, t + 1),
    stepBin(&now, x.z, gone.z, 0.0, t + 2),
    stepBin(&now, x.w, gone.w, 0.0, t + 3),
  );
  *neuron = now;
  return keepFour(now.row, now.words, now.recent, value, t);
}
