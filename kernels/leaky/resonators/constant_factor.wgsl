// Factor of an oscillation, and its adjoint for neurons that do not learn it.
// Compiled with resonance.wgsl.

// Real and imaginary part of the factor that multiplies z in each bin.
override cosDecay: f32 = 0;
override sinDecay: f32 = 0;

// State that the backward pass needs of each bin: the distance from the
// threshold, and the imaginary part.
alias Recalled = vec2<f32>;

struct Back {
  dz: vec2<f32>,
}

// Backpropagates through one bin without a reset, from the gradient of its
// spike to that of its drive.
fn resonatedBack(
  back: ptr<function, Back>,
  recalled: Recalled,
  gradient: f32,
) -> f32 {
  let dz = (*back).dz + gradient * slopesAt(recalled);
  (*back).dz = turnedBack(dz);
  return dz.x;
}
