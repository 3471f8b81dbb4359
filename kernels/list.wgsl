// Packed spikes to lists: who spikes in each bin.
//
// forward  list[n, t, 0 … length[n, t])  = the p·I + i, ascending, for which
//            bit t of spikes[n, p, i] is set
//
// spikes  [N, P, B, I]   packed
// list    [N, T, P·I]    filled to length only
// length  [N, T]
//
// One invocation owns a bin of a sample; neighbours read the same words.

override T: u32;
override I: u32;
override P: u32 = 1;

@group(0) @binding(0) var<storage, read> spikes: array<u32>;
@group(0) @binding(1) var<storage, read_write> list: array<u32>;
@group(0) @binding(2) var<storage, read_write> length: array<u32>;

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) id: vec3<u32>) {
  let B = (T + 31) / 32;
  let t = id.x;
  let n = id.z;
  if (t >= T) {
    return;
  }
  var end = (n * T + t) * P * I;
  for (var p = 0u; p < P; p++) {
    let row = ((n * P + p) * B + t / 32) * I;
    for (var i = 0u; i < I; i++) {
      if (((spikes[row + i] >> (t % 32)) & 1) == 1) {
        list[end] = p * I + i;
        end++;
      }
    }
  }
  length[n * T + t] = end - (n * T + t) * P * I;
}
