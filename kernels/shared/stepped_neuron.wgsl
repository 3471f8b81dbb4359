// A neuron that is stepped bin by bin; compiled after neurons.wgsl and before
// the text of the neuron, which has:
//
// struct State, fn atRest() -> State
//   what the neuron keeps from bin to bin, and its values before the first
// fn step(state: ptr<function, State>, drive: f32) -> f32
//   takes it to the next bin, and returns the potential
// fn reset(state: ptr<function, State>, fires: bool)
//   is called after each step with potential >= theta
//
// advance  u[n, t, f] = step(state, gain · height · x[t])
//          s[n, t, f] = u[n, t, f] >= theta

struct Neuron {
  row: u32,
  words: u32,
  factor: f32,
  // The spikes of the last 32 bins, the latest in bit 31.
  recent: u32,
  state: State,
}

// Neuron f, at place i, before any spike.
fn startNeuron(n: u32, i: u32, f: u32) -> Neuron {
  let row = n * sampleRows * 4 * Q + i;
  let words = n * ((T + 31) / 32) * F + f;
  return Neuron(row, words, gain * heightOf(n), 0u, atRest());
}

// Takes a neuron to bin t; returns its potential.
fn stepBin(neuron: ptr<function, Neuron>, x: f32, t: u32) -> f32 {
  var state = (*neuron).state;
  let value = step(&state, (*neuron).factor * x);
  let fires = value >= theta && t < T;
  reset(&state, fires);
  (*neuron).state = state;
  (*neuron).recent = ((*neuron).recent >> 1) | select(0u, 0x80000000u, fires);
  return value;
}

// Four bins from t on, a multiple of four, that x drives; drives are not given
// again. Returns how often the neuron fired in a word, at its end, else 0.
fn advance(
  neuron: ptr<function, Neuron>,
  x: vec4<f32>,
  gone: vec4<f32>,
  t: u32,
) -> u32 {
  var now = *neuron;
  let value = vec4(
    stepBin(&now, x.x, t),
    stepBin(&now, x.y, t + 1),
    stepBin(&now, x.z, t + 2),
    stepBin(&now, x.w, t + 3),
  );
  *neuron = now;
  return keepFour(now.row, now.words, now.recent, value, t);
}
