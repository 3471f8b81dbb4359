// Packed along time to packed along neurons.
//
// forward  bit i of raster[n, b, 32q + j] = bit j of spikes[n, b, 32q + i]
//
// spikes  [N, B, F]           bit j of word b is bin 32b + j
// raster  [N, B, 32·⌈F/32⌉]   bit i of word 32q + j is neuron 32q + i, in bin
//                             32b + j
// N counts bit planes too, where there are any.
//
// One invocation owns a word of spikes, which go to 32 words of the raster. A
// warp that asks for the 32 bins of some neurons then reads one line of memory.

override F: u32;

@group(0) @binding(0) var<storage, read> spikes: array<u32>;
@group(0) @binding(1) var<storage, read_write> raster: array<u32>;

var<workgroup> words: array<atomic<u32>, 64>;

@compute @workgroup_size(64)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let whole = (F + 31) / 32 * 32;
  // z counts samples, y words and planes; x their neurons, 64 at a time.
  let row = group.z * groups.y + group.y;
  for (var first = group.x * 64; first < whole; first += groups.x * 64) {
    let f = first + lane;
    var bits = 0u;
    if (f < F) {
      bits = spikes[row * F + f];
    }
    atomicStore(&words[lane], 0u);
    workgroupBarrier();
    while (bits != 0) {
      let j = countTrailingZeros(bits);
      bits &= bits - 1;
      atomicOr(&words[(lane & 32) + j], 1u << (lane & 31));
    }
    workgroupBarrier();
    if (f < whole) {
      raster[row * whole + f] = atomicLoad(&words[lane]);
    }
  }
}
