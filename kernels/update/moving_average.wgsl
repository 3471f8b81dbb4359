// The moving average of weights, or of running statistics, after an update.
//
// average  averages[i] = keep · averages[i] + share · values[i]
//
// where, at update k = 1, 2 …, share = (1 − decay) / (1 − decay^k) and keep = 1
// − share. The averages are the mean of the values after updates 1 to k, each
// weighted by decay^(k − its update), without any weight on initial values.
//
// averaging  [2]       keep and share
// values     [size/4]  quads of all weights
// averages   [size/4]  changed in place
//
// One invocation owns every stride-th quad.
//
// Source: Polyak, Juditsky, Acceleration of stochastic approximation by
// averaging, 1992, with exponential weights; bias correction as in Adam.

override size: u32;

struct Averaging {
  keep: f32,
  share: f32,
}

@group(0) @binding(0) var<uniform> averaging: Averaging;
@group(0) @binding(1) var<storage, read> values: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> averages: array<vec4<f32>>;

@compute @workgroup_size(64)
fn average(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  for (var i = id.x; i < size / 4; i += groups.x * 64) {
    let kept = averaging.keep * averages[i];
    averages[i] = fma(vec4(averaging.share), values[i], kept);
  }
}
