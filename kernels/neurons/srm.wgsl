// Spike response model, integrated four bins at a time. Compiled after
// neurons.wgsl.
//
// advance  u[n, t, f] = Σ_k epsilon[k] · height · x[t − k]
//                     + Σ_k nu[k] · s[n, t − k, f]
//          s[n, t, f] = u[n, t, f] >= theta
// Terms outside [0, T) are absent.
//
// Both kernels over time are alpha functions, truncated after their last tap:
//   epsilon[k] = gain · k · decay^k             k < K
//   nu[k]      = refGain · k · refDecay^k       k < R
// so two leaky sums compute them exactly, up to rounding:
//   a[t] = decay · a[t − 1] + x[t] − decay^K · x[t − K]
//   b[t] = decay · (b[t − 1] + a[t − 1]) − K · decay^K · x[t − K]
//
// If `direct`, drives are responses already: epsilon is 1 at k = 0, else 0.
//
// Source: SLAYER, arXiv:1810.08646, equations 1 to 3.

override direct: bool = false;
override R: u32 = 1;
override decay: f32 = 0;
// decay^K and K · decay^K: the remaining contribution to a and b of the drive K
// bins ago.
override lastA: f32 = 0;
override lastB: f32 = 0;
override refGain: f32 = 0;
override refDecay: f32 = 0;
override refLastA: f32 = 0;
override refLastB: f32 = 0;

struct Neuron {
  // Index of its potential in bin 0, and of its first word of spikes.
  row: u32,
  words: u32,
  factor: f32,
  // Leaky sums of drives, and of its own spikes.
  a: f32,
  b: f32,
  refA: f32,
  refB: f32,
  // Its spikes of the last 32 bins, the latest in bit 31.
  recent: u32,
  // Its spikes R bins before those of the current word, for R > 32.
  fading: u32,
}

// Neuron f, at index i of a row, before the first bin.
fn startNeuron(n: u32, i: u32, f: u32) -> Neuron {
  var neuron: Neuron;
  neuron.row = n * sampleRows * 4 * Q + i;
  neuron.words = n * ((T + 31) / 32) * F + f;
  neuron.factor = gain * heightOf(n);
  return neuron;
}

// The word of spikes R bins before those of word b.
fn fadingSpikes(b: u32, words: u32) -> u32 {
  let shift = (32 - R % 32) % 32;
  let wordsBack = (R + 31) / 32;
  var word = 0u;
  if (b >= wordsBack) {
    word = spikes[words + (b - wordsBack) * F] >> shift;
  }
  if (shift > 0 && b + 1 >= wordsBack) {
    word |= spikes[words + (b + 1 - wordsBack) * F] << (R % 32);
  }
  return word;
}

// Integrates bin t and returns its potential. `gone` is the drive K bins ago,
// `faded` is 1 if the neuron fired R bins ago.
fn stepBin(
  neuron: ptr<function, Neuron>,
  x: f32,
  gone: f32,
  faded: f32,
  t: u32,
) -> f32 {
  let recent = (*neuron).recent;
  (*neuron).b = decay * ((*neuron).b + (*neuron).a) - lastB * gone;
  (*neuron).a = decay * (*neuron).a + x - lastA * gone;
  var late = faded;
  if (R < 4) {
    late = f32((recent >> ((32 - R) % 32)) & 1);
  }
  (*neuron).refB =
    refDecay * ((*neuron).refB + (*neuron).refA) - refLastB * late;
  (*neuron).refA = refDecay * (*neuron).refA - refLastA * late;
  let response = select((*neuron).b, x, direct);
  let value = (*neuron).factor * response + refGain * (*neuron).refB;
  let fires = value >= theta && t < T;
  (*neuron).refA += select(0.0, 1.0, fires);
  (*neuron).recent = (recent >> 1) | select(0u, 0x80000000u, fires);
  return value;
}

// Integrates bins t to t + 3, where t is a multiple of four, with drives x, and
// `gone`, the drives K bins before. Returns the result of keepFour.
fn advance(
  neuron: ptr<function, Neuron>,
  x: vec4<f32>,
  gone: vec4<f32>,
  t: u32,
) -> u32 {
  var now = *neuron;
  if (R > 32 && t % 32 == 0) {
    now.fading = fadingSpikes(t / 32, now.words);
  }
  // For R of four or more, the spikes R bins ago are known for all four bins
  // before the first is integrated.
  var firedAgo = now.fading >> (t % 32);
  if (R <= 32) {
    firedAgo = now.recent >> ((32 - R) % 32);
  }
  let fell = (vec4(firedAgo) & vec4(1u, 2u, 4u, 8u)) != vec4();
  let faded = select(vec4(), vec4(1.0), fell);
  let value = vec4(
    stepBin(&now, x.x, gone.x, faded.x, t),
    stepBin(&now, x.y, gone.y, faded.y, t + 1),
    stepBin(&now, x.z, gone.z, faded.z, t + 2),
    stepBin(&now, x.w, gone.w, faded.w, t + 3),
  );
  *neuron = now;
  return keepFour(now.row, now.words, now.recent, value, t);
}
