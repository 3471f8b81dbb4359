// Damped oscillation in floating point. Compiled after resonance.wgsl and in
// front of the WGSL of such neurons.

fn rotated(z: vec2<f32>, drive: f32) -> vec2<f32> {
  // Period 8: compilers factor these out in some kernels only, which then
  // round differently.
  if (cosDecay == sinDecay) {
    return cosDecay * vec2(z.x - z.y, z.x + z.y) + vec2(drive, 0.0);
  }
  return vec2(
    fma(cosDecay, z.x, -sinDecay * z.y),
    fma(sinDecay, z.x, cosDecay * z.y),
  ) + vec2(drive, 0.0);
}

fn valueOf(z: vec2<f32>, rise: f32) -> f32 {
  return select(z.y, z.x, byPhase != 0) - rise;
}

fn potentialOf(before: vec2<f32>, z: vec2<f32>, rise: f32) -> f32 {
  return permitted(valueOf(z, rise), before.y < 0 && z.y >= 0);
}

fn distancesOf(z: vec2<f32>, rise: f32) -> vec2<f32> {
  return vec2(valueOf(z, rise) - theta, z.y);
}
