// Factor of an oscillation whose layer learns it, and its gradient. Compiled
// with resonance.wgsl.
//
// factor = (1 − leak) · exp(i · angle)
//
// leak = 1/(1 + exp(−w[0])) is 1/τ, τ in bins, and angle = π/2 · 1/(1 +
// exp(−w[1])), so that the period is more than four bins; all neurons of a
// layer share w.
//
// learned  [2 or 4]  w, padded to a quad; other leaks in w[2] and w[3]
//
// Source: lava-dl learns both parts of the factor, clamped to the quadrant of a
// circle; Fang and others, ICCV 2021, learn a leak by w.

@group(0) @binding(1) var<uniform> learned: vec4<f32>;

const learns = true;

// 1/(1 + exp(−w)) and 1 minus it, and the factor; computed once per neuron.
var<private> leaks: vec4<f32>;
var<private> keeps: vec4<f32>;
var<private> cosDecay: f32;
var<private> sinDecay: f32;

fn loadLearned() {
  leaks = 1 / (1 + exp(-learned));
  keeps = 1 / (1 + exp(learned));
  let angle = 1.5707963267948966 * leaks.y;
  cosDecay = keeps.x * cos(angle);
  sinDecay = keeps.x * sin(angle);
}

// The gradient of w[0] and w[1] in one bin, from that of z and from z before
// the rotation.
fn factorGradient(dz: vec2<f32>, before: vec2<f32>) -> vec2<f32> {
  let turned = rotated(before, 0);
  let angle = 1.5707963267948966 * leaks.y;
  return vec2(
    -leaks.x * dot(dz, turned),
    angle * keeps.y * dot(dz, vec2(-turned.y, turned.x)),
  );
}
