// Neurons of a unit in a stream; their state is carried from chunk to chunk.
//
// forward  potentials[t, p, c] and spikes[p, c] of the bins of a chunk, as in
//          cell.wgsl, of the neuron whose WGSL precedes this file
//
// chunk         [2]                 first bin of the chunk, and bins in it;
//                                   they lie in one frame of T bins, which
//                                   begins at a multiple of T
// x             [T, pixels, floats] drives of the frame
// coefficients  [floats]            a, b of cell.wgsl
// spikes        [pixels, C]         bit j is bin j of the frame
// potentials    [T, pixels, floats]
// carried       [pixels, floats]    state of each neuron, updated in place
//
// One invocation owns a neuron.

override theta: f32 = 1;

@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> coefficients: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> chunk: array<u32>;
@group(0) @binding(5) var<storage, read_write> spikes: array<u32>;
@group(0) @binding(6) var<storage, read_write> potentials: array<f32>;
@group(0) @binding(7) var<storage, read_write> carried: array<State>;

@compute @workgroup_size(64)
fn forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let first = chunk[0];
  let size = pixels * floats;
  for (var i = id.x; i < size; i += groups.x * 64) {
    let place = i % floats;
    if (place % runFloats >= runSize) {
      continue;
    }
    let channel = place / runFloats * runSize + place % runFloats;
    let own = i / floats * C + channel;
    let coefficient = coefficients[place];
    // Needed for carried states too: atRest() sets the constants of neurons
    // with a learned parameter.
    var state = atRest();
    if (first > 0) {
      state = carried[i];
    }
    var word = 0u;
    if (first % T > 0) {
      word = spikes[own];
    }
    for (var t = first; t < first + chunk[1]; t++) {
      let at = t % T * size + i;
      let potential = step(&state, coefficient.x * x[at] + coefficient.y);
      let fires = potential >= theta;
      reset(&state, fires);
      potentials[at] = potential;
      word |= select(0u, 1u << (t % T), fires);
    }
    carried[i] = state;
    spikes[own] = word;
  }
}
