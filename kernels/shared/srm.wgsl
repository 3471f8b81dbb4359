// The spike response model: a neuron, four bins at a time. The kernels that own
// neurons are compiled behind this text; they find out what drives a neuron,
// and `advance` does the rest.
//
// advance  u[n, t, f] = Σ_k epsilon[k] · height · x[t − k]
//                     + Σ_k nu[k] · s[n, t − k, f]
//          s[n, t, f] = u[n, t, f] >= theta
// Terms outside [0, T) are absent.
//
// largest [N]                   where inputs are normalised, x counts in units
//                               of it
// u       [N, sampleRows, 4·Q]  potentials, where they are kept; `lead` rows
//                               after them drives, where they lie in memory
// spikes  [N, B, F]             s, packed
// tally   [slots, stride]       number of spikes of the layer, added to
// fired   [F]                   the same of each neuron, up to 2^32
//
// Neurons lie in runs of `runSize`, and a run is filled up to whole quads, so
// that four may be loaded at once; what is over is 0 and stays 0. A sample has
// T rows and `lead` more, at least K. A potential takes the place of a drive
// that no response reaches back to any more.
//
// Both kernels over time are alpha functions, cut off after their last tap:
//   epsilon[k] = gain · k · decay^k             k < K
//   nu[k]      = refGain · k · refDecay^k       k < R
// so two sums that decay give them exactly, but for rounding:
//   a[t] = decay · a[t − 1] + x[t] − decay^K · x[t − K]
//   b[t] = decay · (b[t − 1] + a[t − 1]) − K · decay^K · x[t − K]
//
// Source: SLAYER, arXiv:1810.08646, equations 1 to 3.

struct Batch {
  first: u32,
  samples: u32,
  slot: u32,
}

override T: u32;
override F: u32;
override runSize: u32;
override K: u32;
override lead: u32;
override R: u32 = 1;
override theta: f32 = 0;
override height: f32 = 1;
override keep: bool = true;
override normalised: bool = false;
override layer: u32 = 0;
override stride: u32 = 1;
override gain: f32 = 0;
override decay: f32 = 0;
override lastA: f32 = 0;
override lastB: f32 = 0;
override refGain: f32 = 0;
override refDecay: f32 = 0;
override refLastA: f32 = 0;
override refLastB: f32 = 0;
// Quads of a run, and of all neurons.
override run: u32 = (runSize + 3) / 4;
override Q: u32 = F / runSize * run;
override sampleRows: u32 = T + lead;

@group(0) @binding(0) var<uniform> batch: Batch;
@group(0) @binding(1) var<storage, read> largest: array<u32>;
@group(0) @binding(10) var<storage, read_write> u: array<f32>;
@group(0) @binding(11) var<storage, read_write> spikes: array<u32>;
@group(0) @binding(12) var<storage, read_write> tally: array<atomic<u32>>;
@group(0) @binding(13) var<storage, read_write> fired: array<atomic<u32>>;

var<workgroup> ones: atomic<u32>;

struct Neuron {
  // Where its potential in bin 0 is, and its first spikes.
  row: u32,
  words: u32,
  factor: f32,
  a: f32,
  b: f32,
  refA: f32,
  refB: f32,
  // The spikes of the last 32 bins, the latest in bit 31.
  recent: u32,
  // Those of a word's bins R bins ago, where R is more than 32.
  fading: u32,
}

// The neuron that lies at place i of a run of quads; F where there is none.
fn neuronAt(i: u32) -> u32 {
  let inRun = i % (4 * run);
  return select(F, i / (4 * run) * runSize + inRun, inRun < runSize);
}

// Height of a spike that reaches sample n.
fn heightOf(n: u32) -> f32 {
  if (normalised) {
    return height / f32(max(largest[n], 1u));
  }
  return height;
}

// Neuron f, at place i, before any spike.
fn atRest(n: u32, i: u32, f: u32) -> Neuron {
  var neuron: Neuron;
  neuron.row = n * sampleRows * 4 * Q + i;
  neuron.words = n * ((T + 31) / 32) * F + f;
  neuron.factor = gain * heightOf(n);
  return neuron;
}

// The values K before those of `now`, where K is at most sixteen: q1 to q4 came
// before, four at a time, the latest first.
fn ago(
  now: vec4<f32>,
  q1: vec4<f32>,
  q2: vec4<f32>,
  q3: vec4<f32>,
  q4: vec4<f32>,
) -> vec4<f32> {
  var newer = now;
  var older = q1;
  switch K / 4 {
    case 1: {
      newer = q1;
      older = q2;
    }
    case 2: {
      newer = q2;
      older = q3;
    }
    case 3: {
      newer = q3;
      older = q4;
    }
    case 4: {
      newer = q4;
    }
    default: {}
  }
  switch K % 4 {
    case 1: {
      return vec4(older.w, newer.xyz);
    }
    case 2: {
      return vec4(older.zw, newer.xy);
    }
    case 3: {
      return vec4(older.yzw, newer.x);
    }
    default: {
      return newer;
    }
  }
}

// Four bins from t on, of a neuron whose bin 0 is at `row`.
fn fourBins(row: u32, t: u32) -> vec4<f32> {
  let size = 4 * Q;
  let at = row + t * size;
  return vec4(u[at], u[at + size], u[at + 2 * size], u[at + 3 * size]);
}

// Spikes R bins before those of word b, as a word.
fn fadingSpikes(b: u32, words: u32) -> u32 {
  let shift = (32 - R % 32) % 32;
  let back = (R + 31) / 32;
  var word = 0u;
  if (b >= back) {
    word = spikes[words + (b - back) * F] >> shift;
  }
  if (shift > 0 && b + 1 >= back) {
    word |= spikes[words + (b + 1 - back) * F] << (R % 32);
  }
  return word;
}

// Bin t: the potential, and what a spike leaves behind; `gone` is the drive K
// bins ago, `faded` whether it fired R bins ago.
fn step(
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
  let value = (*neuron).factor * (*neuron).b + refGain * (*neuron).refB;
  let fires = value >= theta && t < T;
  (*neuron).refA += select(0.0, 1.0, fires);
  (*neuron).recent = (recent >> 1) | select(0u, 0x80000000u, fires);
  return value;
}

// Stores potentials, or gradients, of those of four bins from t on that are
// before T.
fn leave(row: u32, value: vec4<f32>, t: u32) {
  let size = 4 * Q;
  let at = row + t * size;
  u[at] = value.x;
  if (t + 1 < T) {
    u[at + size] = value.y;
  }
  if (t + 2 < T) {
    u[at + 2 * size] = value.z;
  }
  if (t + 3 < T) {
    u[at + 3 * size] = value.w;
  }
}

// Four bins from t on, a multiple of four, that x drives; `gone` drove K bins
// before. Returns how often the neuron fired in a word, at its end, else 0.
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
  // Known for all four beforehand, unless R is less than four.
  var ago = now.fading >> (t % 32);
  if (R <= 32) {
    ago = now.recent >> ((32 - R) % 32);
  }
  let fell = (vec4(ago) & vec4(1u, 2u, 4u, 8u)) != vec4();
  let faded = select(vec4(), vec4(1.0), fell);
  let value = vec4(
    step(&now, x.x, gone.x, faded.x, t),
    step(&now, x.y, gone.y, faded.y, t + 1),
    step(&now, x.z, gone.z, faded.z, t + 2),
    step(&now, x.w, gone.w, faded.w, t + 3),
  );
  *neuron = now;
  if (keep) {
    leave(now.row, value, t);
  }
  if (t % 32 < 28 && t + 4 < T) {
    return 0;
  }
  let word = now.recent >> (28 - t % 32);
  spikes[now.words + t / 32 * F] = word;
  return countOneBits(word);
}

// Counts how often a neuron of sample n fired, whose spikes begin at `words`:
// that tells which it is, and saves a register all the while before.
fn countSpikes(count: u32, n: u32, words: u32) {
  if (count > 0) {
    atomicAdd(&fired[words - n * ((T + 31) / 32) * F], count);
    atomicAdd(&ones, count);
  }
}

// Adds the spikes of a workgroup's neurons to their layer's.
fn addSpikes(lane: u32) {
  workgroupBarrier();
  if (lane == 0) {
    atomicAdd(&tally[batch.slot * stride + layer], atomicLoad(&ones));
  }
}
