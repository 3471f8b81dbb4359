// State of neurons in memory, for all kernels that integrate neurons over time.
// This file and the WGSL of a neuron are compiled in front of them. The WGSL of
// a neuron defines
//
//   Neuron       the state of one neuron; `row` is the index of its potential
//                in bin 0, `words` that of its first word of spikes, and
//                `recent` has its spikes of the last 32 bins, the latest in
//                bit 31
//   startNeuron  the state before the first bin
//   advance      integrates four bins and stores them, see keepFour
//   stepBin      integrates one bin and returns its potential, for a stream,
//                see neuron_stream.wgsl
// and, for the adjoint, startBack, gradientsOf and backFour, see
// neuron_adjoint.wgsl.
//
// keepFour  u[n, t, f] = potential of neuron f in bin t, if `keep`
//           spikes[n, b, f] = its spikes of 32 bins, stored after the last one
//
// largest  [N]                   largest count of each sample; if `normalised`,
//                                drives are divided by it
// u        [N, sampleRows, 4·Q]  potentials in the first T rows; drives, where
//                                they are stored, from row `lead` on
// spikes   [N, B, F]             time-packed
// tally    [slots, stride]       spike count of each layer, accumulated
// fired    [F]                   spike count of each neuron modulo 2^32,
//                                accumulated
//
// Neurons lie in runs of `runSize`, each zero-padded to whole quads. A
// potential may overwrite a drive: a neuron reads each drive once, and a second
// time K bins later if K > 0, and `lead` is at least K.

override T: u32;
override F: u32;
override runSize: u32;
override K: u32 = 0;
override lead: u32;
override theta: f32 = 0;
// A drive is multiplied by gain and by the height of the incoming spikes.
override gain: f32 = 0;
override height: f32 = 1;
// Whether to store potentials, which the backward pass reads.
override keep: bool = true;
override normalised: bool = false;
// Index of the layer, and words of a slot of tally.
override layer: u32 = 0;
override stride: u32 = 1;
// Quads of a run, and of all neurons.
override run: u32 = (runSize + 3) / 4;
override Q: u32 = F / runSize * run;
override sampleRows: u32 = T + lead;

@group(0) @binding(1) var<storage, read> largest: array<u32>;
@group(0) @binding(10) var<storage, read_write> u: array<f32>;
@group(0) @binding(11) var<storage, read_write> spikes: array<u32>;
@group(0) @binding(12) var<storage, read_write> tally: array<atomic<u32>>;
@group(0) @binding(13) var<storage, read_write> fired: array<atomic<u32>>;

// Spike count of a workgroup's neurons.
var<workgroup> sh_ones: atomic<u32>;

// The neuron at index i of a row; F for padding.
fn neuronAt(i: u32) -> u32 {
  let inRun = i % (4 * run);
  return select(F, i / (4 * run) * runSize + inRun, inRun < runSize);
}

// Height of the incoming spikes of sample n.
fn heightOf(n: u32) -> f32 {
  if (normalised) {
    return height / f32(max(largest[n], 1u));
  }
  return height;
}

// Values of the four bins that precede those of `now` by K bins, for K up to
// sixteen. q1 to q4 are the sixteen values before `now`, four in a vector,
// latest first.
fn delayed(
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

// The sixteen values before the current four, four in a vector, latest first;
// struct members rather than an array, so that they stay in registers.
struct Past {
  q1: vec4<f32>,
  q2: vec4<f32>,
  q3: vec4<f32>,
  q4: vec4<f32>,
}

// Returns the values K bins before those of `now`, for K up to sixteen, and
// pushes `now` to the past.
fn exchange(past: ptr<function, Past>, now: vec4<f32>) -> vec4<f32> {
  let old = *past;
  *past = Past(now, old.q1, old.q2, old.q3);
  return delayed(now, old.q1, old.q2, old.q3, old.q4);
}

// Loads bins t to t + 3 of a neuron whose bin 0 is at `row`.
fn fourBins(row: u32, t: u32) -> vec4<f32> {
  let size = 4 * Q;
  let at = row + t * size;
  return vec4(u[at], u[at + size], u[at + 2 * size], u[at + 3 * size]);
}

// Stores potentials or gradients of those bins t to t + 3 that are before T;
// bin t is always stored.
fn storeBins(row: u32, value: vec4<f32>, t: u32) {
  let size = 4 * Q;
  let at = row + t * size;
  // One subtraction: comparing t + 1 < T and so on instead takes neurons half
  // as long again on an NVIDIA GPU.
  let binsLeft = T - t;
  u[at] = value.x;
  if (binsLeft > 1) {
    u[at + size] = value.y;
  }
  if (binsLeft > 2) {
    u[at + 2 * size] = value.z;
  }
  if (binsLeft > 3) {
    u[at + 3 * size] = value.w;
  }
}

// Stores the potentials of bins t to t + 3, where t is a multiple of four, and,
// at the end of a word or of the sample, the word of spikes from `recent`.
// Returns the number of spikes in a word that it stored, else 0.
fn keepFour(
  row: u32,
  words: u32,
  recent: u32,
  value: vec4<f32>,
  t: u32,
) -> u32 {
  if (keep) {
    storeBins(row, value, t);
  }
  if (t % 32 < 28 && t + 4 < T) {
    return 0;
  }
  let word = recent >> (28 - t % 32);
  spikes[words + t / 32 * F] = word;
  return countOneBits(word);
}

// Adds `count` spikes of a neuron of sample n, whose first word is at `words`.
// The neuron's index is computed from `words` here, so that it takes no
// register in the loop over time.
fn countSpikes(count: u32, n: u32, words: u32) {
  if (count > 0) {
    atomicAdd(&fired[words - n * ((T + 31) / 32) * F], count);
    atomicAdd(&sh_ones, count);
  }
}

// Reduces the spike counts of a workgroup and adds them to the layer's.
fn addSpikes(lane: u32) {
  workgroupBarrier();
  if (lane == 0) {
    atomicAdd(&tally[batch.slot * stride + layer], atomicLoad(&sh_ones));
  }
}
