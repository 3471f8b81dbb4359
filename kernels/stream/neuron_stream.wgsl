// Neurons in a stream; their state is carried from chunk to chunk.
//
// forward  u[t, f] and spikes[f] of the bins of a chunk, see neurons.wgsl, of
//          the neuron whose WGSL precedes this file
//
// chunk       [2]               first bin of the chunk, and bins in it; they
//                               lie in one frame, which begins at a multiple
//                               of frameBins
// drives      [frameBins, 4·Q]  drives of the frame
// u           [frameBins, 4·Q]  potentials of the frame
// spikes      [F]               bit j is bin j of the frame
// carried     [F]               state of each neuron, updated in place
// lastDrives  [ringRows, 4·Q]   drives of the last K bins, bin t in row
//                               t % ringRows; zero before the first chunk
// lastSpikes  [ringWords, F]    spikes of the last `lag` bins, bin t in bit
//                               t % 32 of word t / 32 % ringWords
//
// One invocation owns a neuron.

override frameBins: u32 = 8;
// Rows of lastDrives, more than K.
override ringRows: u32 = 1;
// Bins after which a neuron reads its own spike again, 0 if it does not, and
// words of lastSpikes, which hold more bins.
override lag: u32 = 0;
override ringWords: u32 = 1;

@group(0) @binding(2) var<storage, read> chunk: array<u32>;
@group(0) @binding(3) var<storage, read> drives: array<f32>;
@group(0) @binding(14) var<storage, read_write> carried: array<Neuron>;
@group(0) @binding(15) var<storage, read_write> lastDrives: array<f32>;
@group(0) @binding(16) var<storage, read_write> lastSpikes: array<u32>;

// Returns the drive K bins before bin t, of the neuron at index i of a row, and
// stores `drive` of bin t in the ring.
fn exchangeDrive(drive: f32, i: u32, t: u32) -> f32 {
  if (K == 0) {
    return 0.0;
  }
  let size = 4 * Q;
  let gone = lastDrives[(t + ringRows - K) % ringRows * size + i];
  lastDrives[t % ringRows * size + i] = drive;
  return gone;
}

// 1 if neuron f fired `lag` bins before bin t.
fn fadedSpike(f: u32, t: u32) -> f32 {
  if (lag == 0 || t < lag) {
    return 0.0;
  }
  let past = t - lag;
  return f32((lastSpikes[past / 32 % ringWords * F + f] >> (past % 32)) & 1);
}

// Stores in the ring whether neuron f fired in bin t.
fn rememberSpike(spike: u32, f: u32, t: u32) {
  if (lag == 0) {
    return;
  }
  let at = t / 32 % ringWords * F + f;
  let earlier = lastSpikes[at] & ((1u << (t % 32)) - 1);
  lastSpikes[at] = earlier | (spike << (t % 32));
}

@compute @workgroup_size(64)
fn forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let first = chunk[0];
  let size = 4 * Q;
  for (var i = id.x; i < size; i += groups.x * 64) {
    let f = neuronAt(i);
    if (f == F) {
      continue;
    }
    var neuron = startNeuron(0u, i, f);
    if (first > 0) {
      neuron = carried[f];
    }
    var word = 0u;
    if (first % frameBins > 0) {
      word = spikes[f];
    }
    for (var t = first; t < first + chunk[1]; t++) {
      let at = t % frameBins * size + i;
      let gone = exchangeDrive(drives[at], i, t);
      u[at] = stepBin(&neuron, drives[at], gone, fadedSpike(f, t), t);
      let spike = neuron.recent >> 31;
      rememberSpike(spike, f, t);
      word |= spike << (t % frameBins);
    }
    carried[f] = neuron;
    spikes[f] = word;
  }
}
