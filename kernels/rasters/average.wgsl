// Population votes: the mean of the spikes of equal groups of inputs.
//
// forward  x[n, t, o]  = 1 / size · Σ s[n, t, i] over the inputs i of group o
// adjoint  dx[n, t, i] = 1 / size · dy[n, t, o] of the group o that i is in
// Group o consists of `size` inputs from o · size on, counted pixel by pixel,
// one channel after the other. s is the input's spike, or its count.
//
// inputs  [N, P, B, F]          time-packed
// x, dy   [N, T, 4 · ⌈O / 4⌉]   the drive and its gradient
// dx      [N, T, inRow]         gradient of the spikes, in runs of inRun, see
//                               dense.wgsl
//
// One invocation owns an output in a bin (forward), or an input (adjoint).
//
// Source: lava-dl's Average; slayerPytorch's auto, averageBlock.

override T: u32;
override F: u32;
override O: u32;
// Channels of the inputs.
override C: u32;
override P: u32 = 1;
// See dense.wgsl.
override lastSign: f32 = 1;
override inRun: u32 = 1;
override inRow: u32 = 1;
override size: u32 = F / O;
override row: u32 = (O + 3) / 4 * 4;

@group(0) @binding(0) var<storage, read> inputs: array<u32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> x: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

// Position in a row of an input, `index` counted channel by channel.
fn placeOf(index: u32) -> u32 {
  let pixels = F / C;
  return index % pixels * C + index / pixels;
}

@compute @workgroup_size(64)
fn forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let n = id.z;
  let B = (T + 31) / 32;
  for (var i = id.x; i < T * row; i += groups.x * 64) {
    let t = i / row;
    let o = i % row;
    var count = 0.0;
    for (var k = 0u; k < size && o < O; k++) {
      let f = placeOf(o * size + k);
      for (var p = 0u; p < P; p++) {
        let word = inputs[((n * P + p) * B + t / 32) * F + f];
        let bit = f32(((word >> (t % 32)) & 1) << p);
        count += select(bit, lastSign * bit, p + 1 == P);
      }
    }
    x[n * T * row + i] = count / f32(size);
  }
}

@compute @workgroup_size(64)
fn adjoint(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let n = id.z;
  for (var i = id.x; i < T * F; i += groups.x * 64) {
    let t = i / F;
    let f = placeOf(i % F);
    let at = f / inRun * ((inRun + 3) / 4) * 4 + f % inRun;
    let gradient = dy[(n * T + t) * row + i % F / size];
    dx[(n * T + t) * inRow + at] = gradient / f32(size);
  }
}
