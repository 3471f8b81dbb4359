// Axons in a stream, which carry spikes from chunk to chunk until they arrive.
// Compiled after axon_shift.wgsl.
//
// forward  bin t of arrived[f] = bin t − shift(f) of spikes[f], for the bins of
//          a chunk; nothing arrives from before bin 0
//
// chunk    [2]             first bin of the chunk, and bins in it; they lie in
//                          one frame, which begins at a multiple of frameBins
// spikes   [P, F]             bit j is bin j of the frame
// arrived  [P, F]             likewise
// onTheWay [ringWords, P, F]  spikes that may not have arrived: bin t in bit
//                             t % 32 of word t / 32 % ringWords
//
// One invocation owns a bit plane of a neuron.

override F: u32;
override P: u32 = 1;
override frameBins: u32 = 8;
// Words of the ring onTheWay, which hold more bins than the longest delay.
override ringWords: u32 = 1;

@group(0) @binding(0) var<storage, read> chunk: array<u32>;
@group(0) @binding(2) var<storage, read> spikes: array<u32>;
@group(0) @binding(3) var<storage, read_write> arrived: array<u32>;
@group(0) @binding(4) var<storage, read_write> onTheWay: array<u32>;

@compute @workgroup_size(64)
fn forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let first = chunk[0];
  let size = P * F;
  for (var i = id.x; i < size; i += groups.x * 64) {
    let late = shiftOf(i % F);
    var word = 0u;
    if (first % frameBins > 0) {
      word = arrived[i];
    }
    for (var t = first; t < first + chunk[1]; t++) {
      let at = t / 32 % ringWords * size + i;
      let spike = (spikes[i] >> (t % frameBins)) & 1;
      let earlier = onTheWay[at] & ((1u << (t % 32)) - 1);
      onTheWay[at] = earlier | (spike << (t % 32));
      if (t >= late) {
        let sent = t - late;
        let arrives = onTheWay[sent / 32 % ringWords * size + i] >> (sent % 32);
        word |= (arrives & 1) << (t % frameBins);
      }
    }
    arrived[i] = word;
  }
}
