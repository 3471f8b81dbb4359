// Neurons over time: how they lie, and what they leave in memory. The kernels
// that integrate neurons are compiled after this text and the text of a neuron,
// which has:
//
// startNeuron  a `Neuron` before its first bin; it has `row`, where its
//              potential in bin 0 is, `words`, where its first spikes are, and
//              `recent`, its spikes of the last 32 bins, the latest in bit 31
// advance      takes it four bins on, see keepFour
// and, for the adjoint, startBack, gradientsOf and back, see
// neuron_adjoint.wgsl.
//
// keepFour  u[n, t, f] = potential, where potentials are kept;
//           spikes[n, b, f] = the word that ends with these bins
//
// largest [N]                   where inputs are normalised, drives count in
//                               units of it
// u       [N, sampleRows, 4·Q]  potentials, where they are kept; `lead` rows
//                               after them drives, where they lie in memory
// spikes  [N, B, F]             packed along time
// tally   [slots, stride]       number of spikes of the layer, added to
// fired   [F]                   the same of each neuron, up to 2^32
//
// Neurons lie in runs of `runSize`, and a run is filled up to whole quads, so
// that four may be loaded at once; what is over is 0 and stays 0. A sample has
// T rows and `lead` more, at least K. A potential takes the place of a drive
// that no neuron is given any more: it is given each drive once, and again K
// bins later unless K is 0.

struct Batch {
  first: u32,
  samples: u32,
  slot: u32,
}

override T: u32;
override F: u32;
override runSize: u32;
override K: u32 = 0;
override lead: u32;
override theta: f32 = 0;
// Factor of a drive, times the height of a spike.
override gain: f32 = 0;
override height: f32 = 1;
override keep: bool = true;
override normalised: bool = false;
override layer: u32 = 0;
override stride: u32 = 1;
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

var<workgroup> sh_ones: atomic<u32>;

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

// The sixteen values before the current four, four at a time, the latest first.
struct Past {
  q1: vec4<f32>,
  q2: vec4<f32>,
  q3: vec4<f32>,
  q4: vec4<f32>,
}

// The values K before those of `now`, which join them; K is at most sixteen.
fn exchange(past: ptr<function, Past>, now: vec4<f32>) -> vec4<f32> {
  let old = *past;
  *past = Past(now, old.q1, old.q2, old.q3);
  return ago(now, old.q1, old.q2, old.q3, old.q4);
}

// Four bins from t on, of a neuron whose bin 0 is at `row`.
fn fourBins(row: u32, t: u32) -> vec4<f32> {
  let size = 4 * Q;
  let at = row + t * size;
  return vec4(u[at], u[at + size], u[at + 2 * size], u[at + 3 * size]);
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

// Keeps the potentials of four bins from t on, a multiple of four, and, once
// they are at its end, the word of spikes; `recent` has them. Returns how often
// the neuron fired in that word, else 0.
fn keepFour(
  row: u32,
  words: u32,
  recent: u32,
  value: vec4<f32>,
  t: u32,
) -> u32 {
  if (keep) {
    leave(row, value, t);
  }
  if (t % 32 < 28 && t + 4 < T) {
    return 0;
  }
  let word = recent >> (28 - t % 32);
  spikes[words + t / 32 * F] = word;
  return countOneBits(word);
}

// Counts how often a neuron of sample n fired, whose spikes begin at `words`:
// that tells which it is, and saves a register all the while before.
fn countSpikes(count: u32, n: u32, words: u32) {
  if (count > 0) {
    atomicAdd(&fired[words - n * ((T + 31) / 32) * F], count);
    atomicAdd(&sh_ones, count);
  }
}

// Adds the spikes of a workgroup's neurons to their layer's.
fn addSpikes(lane: u32) {
  workgroupBarrier();
  if (lane == 0) {
    atomicAdd(&tally[batch.slot * stride + layer], atomicLoad(&sh_ones));
  }
}
