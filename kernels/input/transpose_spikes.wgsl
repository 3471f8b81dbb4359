// Time-packed spikes to neuron-packed spikes: 32×32 bit transposes.
//
// forward  bit i of neuronPacked[n, p, b, 32q + j]
//            = bit j of spikes[n, p, b, 32q + i]
//
// spikes        [N, P, B, F]          bit j of word b is bin 32b + j
// neuronPacked  [N, P, B, 32·⌈F/32⌉]  bit i of word 32q + j is neuron 32q + i,
//                                     in bin 32b + j
//
// One invocation owns a word of spikes and scatters its bits into 32 words of
// workgroup memory, from which it then writes one. In neuronPacked the 32 bins
// of 32 neurons are adjacent, so loads of several bins are coalesced.

override F: u32;

@group(0) @binding(0) var<storage, read> spikes: array<u32>;
@group(0) @binding(1) var<storage, read_write> neuronPacked: array<u32>;

var<workgroup> sh_words: array<atomic<u32>, 64>;

@compute @workgroup_size(64)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let rowWords = (F + 31) / 32 * 32;
  // Workgroups along z are samples, along y planes and words of time, along x
  // neurons, 64 at a time.
  let row = group.z * groups.y + group.y;
  for (var first = group.x * 64; first < rowWords; first += groups.x * 64) {
    let f = first + lane;
    var bits = 0u;
    if (f < F) {
      bits = spikes[row * F + f];
    }
    atomicStore(&sh_words[lane], 0u);
    workgroupBarrier();
    while (bits != 0) {
      let j = countTrailingZeros(bits);
      bits &= bits - 1;
      atomicOr(&sh_words[(lane & 32) + j], 1u << (lane & 31));
    }
    workgroupBarrier();
    if (f < rowWords) {
      neuronPacked[row * rowWords + f] = atomicLoad(&sh_words[lane]);
    }
  }
}
