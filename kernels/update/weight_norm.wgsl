// Updates of normalised weights: an output has the weights w = g · v / |v|, and
// updates change its gain g and its direction v. The weights w are stored, and
// for each output the stretch s = |v| / g, so that v = s · w.
//
// update  with h = clip · dw, over the weights i of each output,
//           dg = Σ h[i] · v[i] / |v|
//           dv[i] = (h[i] − dg · v[i] / |v|) / s
//         then updateWeights() of optimizer_rules.wgsl, of v by dv and of g by
//         dg; w and s are computed from the new v and g
//
// clip                 [1]          factor that limits the norm of the gradient
// dw                   [size/4]     quads of the weights
// weights, m, v, vMax  [place + Q]  quads of the weights and, from `place` on,
//                                   of the stretches; moments of v and of g
//
// One workgroup owns a quad of outputs: every Q-th quad of the weights. Padding
// is 0 and stays 0. Sums run over the weights of an invocation, then over
// invocations. weights, m, v and vMax change in place.
//
// Source: Salimans, Kingma, Weight normalization, 2016, in the form of
// PyTorch's weight_norm.

override size: u32;
// Quads of outputs per input.
override Q: u32;
// Index of the first quad of stretches.
override place: u32;

@group(0) @binding(1) var<storage, read> clip: array<f32>;
@group(0) @binding(2) var<storage, read> dw: array<vec4<f32>>;

const lanes = 64u;
// Replaces a gain of 0, for which the stretch is undefined.
const leastGain = 1e-30;

var<workgroup> sh_sums: array<vec4<f32>, lanes>;

// Sum over the invocations of a workgroup.
fn total(value: vec4<f32>, lane: u32) -> vec4<f32> {
  workgroupBarrier();
  sh_sums[lane] = value;
  workgroupBarrier();
  var sum = vec4(0.0);
  for (var i = 0u; i < lanes; i++) {
    sum += sh_sums[i];
  }
  return sum;
}

@compute @workgroup_size(64)
fn update(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let factor = clip[0];
  for (var q = group.x; q < Q; q += groups.x) {
    let stretch = weights[place + q];
    var squares = vec4(0.0);
    var along = vec4(0.0);
    for (var i = lane * Q + q; i < size / 4; i += lanes * Q) {
      let direction = stretch * weights[i];
      squares = fma(direction, direction, squares);
      along = fma(factor * dw[i], direction, along);
    }
    let before = sqrt(total(squares, lane));
    let isEmpty = before == vec4(0.0);
    let divisor = select(before, vec4(1.0), isEmpty);
    let slope = total(along, lane) / divisor;

    squares = vec4(0.0);
    for (var i = lane * Q + q; i < size / 4; i += lanes * Q) {
      let direction = stretch * weights[i];
      let across = factor * dw[i] - slope * direction / divisor;
      weights[i] = direction;
      updateWeights(i, select(across / stretch, vec4(0.0), isEmpty));
      squares = fma(weights[i], weights[i], squares);
    }
    let after = sqrt(total(squares, lane));

    if (lane == 0) {
      weights[place + q] = select(before / stretch, vec4(0.0), isEmpty);
      updateWeights(place + q, slope);
    }
    storageBarrier();
    let own = weights[place + q];
    let gain = select(own, vec4(leastGain), own == vec4(0.0));
    let isGone = after == vec4(0.0);
    let scale = select(gain / after, vec4(0.0), isGone);
    for (var i = lane * Q + q; i < size / 4; i += lanes * Q) {
      weights[i] *= scale;
    }
    storageBarrier();
    if (lane == 0) {
      weights[place + q] = select(after / gain, stretch, isGone);
    }
  }
}
