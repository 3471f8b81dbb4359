// Gradient clipping by norm: the factor that limits the norm of a gradient.
//
// squares  stripSum[strip] = Σ (dw[i] / maxNorm)²  over every S-th run of 64
// limit    clip[0] = 1 / max(1, sqrt(Σ_strip stripSums[strip]))
//
// dw         [size]  the gradient of the weights of all layers
// stripSum   [S]     partial sums, written by squares
// stripSums  [S]     the same buffer, read by limit
// clip       [1]
//
// One workgroup owns a strip (squares), or all of them (limit). The reduction
// goes over the runs of a strip, then over the invocations of a workgroup, then
// over strips, so its order depends on S alone.
//
// Source: Pascanu, Mikolov, Bengio, On the difficulty of training recurrent
// neural networks, 2013, with the norm over the weights of all layers together.

override size: u32;
override S: u32;
override maxNorm: f32;

@group(0) @binding(0) var<storage, read> dw: array<f32>;
@group(0) @binding(1) var<storage, read> stripSums: array<f32>;
@group(0) @binding(2) var<storage, read_write> stripSum: array<f32>;
@group(0) @binding(3) var<storage, read_write> clip: array<f32>;

var<workgroup> sh_values: array<f32, 64>;

// Sum over the invocations of a workgroup, returned to the first one.
fn total(value: f32, lane: u32) -> f32 {
  sh_values[lane] = value;
  workgroupBarrier();
  var sum = 0.0;
  if (lane == 0) {
    for (var i = 0u; i < 64; i++) {
      sum += sh_values[i];
    }
  }
  return sum;
}

@compute @workgroup_size(64)
fn squares(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  var sum = 0.0;
  for (var i = group.x * 64 + lane; i < size; i += groups.x * 64) {
    // Divided before it is squared, so that large gradients do not overflow.
    let share = dw[i] / maxNorm;
    sum += share * share;
  }
  sum = total(sum, lane);
  if (lane == 0) {
    stripSum[group.x] = sum;
  }
}

@compute @workgroup_size(64)
fn limit(@builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var strip = lane; strip < S; strip += 64) {
    sum += stripSums[strip];
  }
  sum = total(sum, lane);
  if (lane == 0) {
    // A NaN sum must give NaN, so that the failure shows in the weights.
    clip[0] = select(1 / sqrt(sum), 1.0, sum <= 1);
  }
}
