// Weights rounded to multiples of a step, for the forward pass and the adjoint.
// Straight-through: their gradient is used for the weights themselves.
//
// quantize  rounded[i] = step · round(weights[i] / step), ties to the
//           even multiple
//
// weights  [size/4]  quads of the weights of a layer
// rounded  [size/4]
//
// One invocation owns every stride-th quad of weights.

override size: u32;
override step: f32 = 1;

@group(0) @binding(0) var<storage, read> weights: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> rounded: array<vec4<f32>>;

@compute @workgroup_size(64)
fn quantize(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  for (var i = id.x; i < size / 4; i += groups.x * 64) {
    rounded[i] = step * round(weights[i] / step);
  }
}
