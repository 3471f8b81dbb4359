// Updates of the weights of all layers from their stored gradient: after
// gradient clipping, or where the gradient was accumulated over batches.
//
// update   updateWeights() of optimizer_rules.wgsl with g = clip · dw
// bounded  updateBounded() of optimizer_rules.wgsl, for bounded weights
//
// clip  [1]       factor that limits the norm of the gradient
// dw    [size/4]  quads of the weights, of several layers or of one
//
// One invocation owns every stride-th quad of weights. weights, m, v and vMax
// change in place.

override size: u32;

@group(0) @binding(1) var<storage, read> clip: array<f32>;
@group(0) @binding(2) var<storage, read> dw: array<vec4<f32>>;

@compute @workgroup_size(64)
fn update(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let factor = clip[0];
  for (var i = id.x; i < size / 4; i += groups.x * 64) {
    updateWeights(i, factor * dw[i]);
  }
}

@compute @workgroup_size(64)
fn bounded(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let factor = clip[0];
  for (var i = id.x; i < size / 4; i += groups.x * 64) {
    updateBounded(i, factor * dw[i]);
  }
}
