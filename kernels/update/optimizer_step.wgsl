// Weights that learn from a gradient of which only a part is used, or that has
// been kept.
//
// step  learns, as optimizer_rules.wgsl has it, from g = clip·dw
//
// clip  [1]  how much of the gradient is used
// dw    [quads of the weights of all layers]
//
// One invocation owns every stride-th quad of weights.

override size: u32;

@group(0) @binding(1) var<storage, read> clip: array<f32>;
@group(0) @binding(2) var<storage, read> dw: array<vec4<f32>>;

@compute @workgroup_size(64)
fn step(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let used = clip[0];
  for (var i = id.x; i < size / 4; i += groups.x * 64) {
    learn(i, used * dw[i]);
  }
}
