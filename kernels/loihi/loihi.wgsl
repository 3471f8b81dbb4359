// Neuron of the Loihi processor: a current and a voltage that decay, in integer
// arithmetic. Compiled after neurons.wgsl.
//
// advance  c[t] = ⌊c[t − 1] · (4096 − iDecay) / 4096⌋ + drive[t] · 2^shift
//          u[n, t, f] = ⌊v[t − 1] · (4096 − vDecay) / 4096⌋ + c[t]
//          s[n, t, f] = u[n, t, f] > theta, and none of the refDelay − 1 bins
//                       before had a spike
//          v[t] = 0 after a spike, else u[n, t, f]
// where ⌊⌋ rounds toward 0, drive[t] = gain · height · x[t], rounded, is 0 in
// bin 0, and u is kept before the reset.
//
// Source: Davies and others, Loihi: A neuromorphic manycore processor with
// on-chip learning, IEEE Micro 38, 2018.

override iDecay: u32 = 0;
override vDecay: u32 = 0;
override refDelay: u32 = 1;
// 6 + wgtExp.
override shift: u32 = 6;

struct Neuron {
  // Index of its potential in bin 0, and of its first word of spikes.
  row: u32,
  words: u32,
  factor: f32,
  current: i32,
  voltage: i32,
  // Bins left in which it cannot fire.
  waits: u32,
  // Its spikes of the last 32 bins, the latest in bit 31.
  recent: u32,
}

// Neuron f, at index i of a row, before the first bin.
fn startNeuron(n: u32, i: u32, f: u32) -> Neuron {
  var neuron: Neuron;
  neuron.row = n * sampleRows * 4 * Q + i;
  neuron.words = n * ((T + 31) / 32) * F + f;
  neuron.factor = gain * heightOf(n);
  return neuron;
}

// A value after one bin of decay. The product is computed in two parts, since
// it may exceed 32 bits.
fn decayed(value: i32, decay: u32) -> i32 {
  let size = u32(abs(value));
  let kept = 4096 - decay;
  let left = i32((size >> 12) * kept + (((size & 4095) * kept) >> 12));
  return select(left, -left, value < 0);
}

// Integrates bin t and returns its potential. `gone`, the drive K bins ago, and
// `faded`, the spike R bins ago, are for other neuron models.
fn stepBin(
  neuron: ptr<function, Neuron>,
  x: f32,
  gone: f32,
  faded: f32,
  t: u32,
) -> f32 {
  let drive = select(i32(round((*neuron).factor * x)), 0, t == 0) << shift;
  let current = decayed((*neuron).current, iDecay) + drive;
  let voltage = decayed((*neuron).voltage, vDecay) + current;
  let waits = max((*neuron).waits, 1u) - 1;
  let fires = f32(voltage) > theta && waits == 0 && t < T;
  (*neuron).current = current;
  (*neuron).voltage = select(voltage, 0, fires);
  (*neuron).waits = select(waits, refDelay, fires);
  (*neuron).recent = ((*neuron).recent >> 1) | select(0u, 0x80000000u, fires);
  return f32(voltage);
}

// Integrates bins t to t + 3, where t is a multiple of four, with drives x.
// `gone`, the drives K bins ago, is not used. Returns the result of keepFour.
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
