// Recurrent neurons: each reads the spikes of its own layer, one bin later, in
// addition to the drive of its synapse.
//
// forward  driven[n, t, c] = a[c] · x[n, t, c] + b[c]
//                            + Σ_i r[i, c] · s[n, t − 1, i]
//          u[t] = step(state, driven[n, t, c]), s[n, t, c] = u[t] >= theta;
//          step() and reset() are those of the neuron whose WGSL precedes this
//          file, see stepped_neuron.wgsl
// stream   `forward` for the bins of a chunk of one sample; states are carried
//          from chunk to chunk
//
// x             [N, T, floats]  the drive; of stream [T, floats], a frame
// coefficients  [floats]        a, b
// r             [C, floats]     weights, by the neuron that spikes
// chunk         [2]             first bin of the chunk, and bins in it, as in
//                               cell_stream.wgsl
// spikes        [N, B, C]       time-packed; of stream [C], bit j is bin j of
//                               the frame
// tally         [slots, stride] spike count of each layer, accumulated
// fired         [C]             spike count of each neuron modulo 2^32,
//                               accumulated
// potentials    [N, T, floats]  u; of forward, if `keep`
// driven        [N, T, floats]
// carried       [floats]        each neuron's state, updated in place
//
// One workgroup owns a sample; its invocations synchronise after each bin. One
// invocation owns every lanes-th neuron. Sums run over spikes in the order of
// their neurons.
//
// Source: Elman, Finding structure in time, Cognitive Science 14, 1990.

override theta: f32 = 1;
override keep: bool = false;
override layer: u32 = 0;
override stride: u32 = 1;

const lanes = 256u;

@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> coefficients: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> r: array<f32>;
@group(0) @binding(5) var<storage, read> chunk: array<u32>;
@group(0) @binding(6) var<storage, read_write> spikes: array<u32>;
@group(0) @binding(7) var<storage, read_write> tally: array<atomic<u32>>;
@group(0) @binding(8) var<storage, read_write> fired: array<atomic<u32>>;
@group(0) @binding(9) var<storage, read_write> potentials: array<f32>;
@group(0) @binding(10) var<storage, read_write> driven: array<f32>;
@group(0) @binding(11) var<storage, read_write> carried: array<State>;

override firingWords: u32 = (C + 31) / 32;
override bothWords: u32 = 2 * firingWords;

var<workgroup> sh_states: array<State, C>;
// Spikes of each neuron in the current 32 bins.
var<workgroup> sh_words: array<u32, C>;
// Bit sets of the neurons that spike in even and in odd bins.
var<workgroup> sh_firing: array<atomic<u32>, bothWords>;
// Indices of the neurons that spiked in the previous bin, ascending, and their
// number.
var<workgroup> sh_list: array<u32, C>;
var<workgroup> sh_count: u32;
var<workgroup> sh_ones: atomic<u32>;

// Lists the neurons that spiked in bin t, and clears the bits of the next bin.
fn listSpikes(t: u32, lane: u32) {
  let first = t % 2 * firingWords;
  let next = firingWords - first;
  for (var c = lane; c < C; c += lanes) {
    let word = atomicLoad(&sh_firing[first + c / 32]);
    if (((word >> (c % 32)) & 1) > 0) {
      var rank = countOneBits(word & ((1u << (c % 32)) - 1));
      for (var other = 0u; other < c / 32; other++) {
        rank += countOneBits(atomicLoad(&sh_firing[first + other]));
      }
      sh_list[rank] = c;
    }
  }
  for (var word = lane; word < firingWords; word += lanes) {
    atomicStore(&sh_firing[next + word], 0u);
  }
  if (lane == 0) {
    var count = 0u;
    for (var word = 0u; word < firingWords; word++) {
      count += countOneBits(atomicLoad(&sh_firing[first + word]));
    }
    sh_count = count;
  }
}

// The weight of spike j to neuron c, 0 past the last.
fn weightOf(j: u32, c: u32) -> f32 {
  let weight = r[sh_list[min(j, C - 1)] * floats + c];
  return select(0.0, weight, j < sh_count);
}

// The drive of neuron c: that of its synapse, at index `at`, plus the weights
// of the spikes of the previous bin.
fn driveOf(at: u32, c: u32) -> f32 {
  var sum = 0.0;
  // Eight spikes per iteration: loads overlap, and iterations are few.
  for (var j = 0u; j < sh_count; j += 8) {
    let low = vec4(
      weightOf(j, c),
      weightOf(j + 1, c),
      weightOf(j + 2, c),
      weightOf(j + 3, c),
    );
    let high = vec4(
      weightOf(j + 4, c),
      weightOf(j + 5, c),
      weightOf(j + 6, c),
      weightOf(j + 7, c),
    );
    sum = sum + low.x + low.y + low.z + low.w;
    sum = sum + high.x + high.y + high.z + high.w;
  }
  return coefficients[c].x * x[at] + coefficients[c].y + sum;
}

// Steps neuron c by bin t and returns its potential.
fn fireBin(drive: f32, c: u32, t: u32) -> f32 {
  var state = sh_states[c];
  let u = step(&state, drive);
  reset(&state, u >= theta);
  sh_states[c] = state;
  if (u >= theta) {
    atomicOr(&sh_firing[t % 2 * firingWords + c / 32], 1u << (c % 32));
  }
  return u;
}

@compute @workgroup_size(lanes)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let n = group.z;
  let B = (T + 31) / 32;
  for (var c = lane; c < C; c += lanes) {
    sh_states[c] = atRest();
  }
  for (var t = 0u; t < T; t++) {
    for (var c = lane; c < C; c += lanes) {
      let at = (n * T + t) * floats + c;
      let drive = driveOf(at, c);
      driven[at] = drive;
      let u = fireBin(drive, c, t);
      if (keep) {
        potentials[at] = u;
      }
      let earlier = select(sh_words[c], 0u, t % 32 == 0);
      let word = earlier | select(0u, 1u << (t % 32), u >= theta);
      sh_words[c] = word;
      if (t % 32 == 31 || t + 1 == T) {
        spikes[(n * B + t / 32) * C + c] = word;
        let count = countOneBits(word);
        if (count > 0) {
          atomicAdd(&fired[c], count);
          atomicAdd(&sh_ones, count);
        }
      }
    }
    workgroupBarrier();
    listSpikes(t, lane);
    workgroupBarrier();
  }
  if (lane == 0) {
    atomicAdd(&tally[batch.slot * stride + layer], atomicLoad(&sh_ones));
  }
}

@compute @workgroup_size(lanes)
fn stream(@builtin(local_invocation_index) lane: u32) {
  let first = chunk[0];
  for (var c = lane; c < C; c += lanes) {
    // Needed for carried states too: atRest() sets the constants of neurons
    // with a learned parameter.
    var state = atRest();
    if (first > 0) {
      state = carried[c];
      // The previous bin is the last of the previous frame, or in this one.
      let bit = (spikes[c] >> ((first - 1) % T)) & 1;
      let at = (first - 1) % 2 * firingWords + c / 32;
      atomicOr(&sh_firing[at], bit << (c % 32));
    }
    sh_states[c] = state;
    sh_words[c] = select(0u, spikes[c], first % T > 0);
  }
  workgroupBarrier();
  listSpikes(first + 1, lane);
  workgroupBarrier();
  for (var t = first; t < first + chunk[1]; t++) {
    for (var c = lane; c < C; c += lanes) {
      let at = t % T * floats + c;
      let u = fireBin(driveOf(at, c), c, t);
      potentials[at] = u;
      sh_words[c] |= select(0u, 1u << (t % T), u >= theta);
    }
    workgroupBarrier();
    listSpikes(t, lane);
    workgroupBarrier();
  }
  for (var c = lane; c < C; c += lanes) {
    carried[c] = sh_states[c];
    spikes[c] = sh_words[c];
  }
}
