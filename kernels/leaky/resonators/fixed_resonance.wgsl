// Damped oscillation in fixed-point arithmetic. Compiled after rounding.wgsl
// and resonance.wgsl and in front of the WGSL of such neurons.
//
// real      = ⌊cosDecay · real⌋ − ⌊sinDecay · imaginary⌋ + ⌊4096 · drive⌋
// imaginary = ⌊sinDecay · real⌋ + ⌊cosDecay · imaginary⌋
// where brackets round toward 0, and the factors are multiples of 1/4096. The
// adjoint is that of real arithmetic (straight-through) and, as in lava-dl, of
// an oscillation that is not reset.
//
// Source: lava-dl, SLAYER 2.0.

fn rotated(z: vec2<i32>, drive: f32) -> vec2<i32> {
  let cosShare = u32(fixedOf(cosDecay));
  let sinShare = u32(fixedOf(sinDecay));
  return vec2(
    shareOf(z.x, cosShare) - shareOf(z.y, sinShare) + fixedOf(drive),
    shareOf(z.x, sinShare) + shareOf(z.y, cosShare),
  );
}

fn valueOf(z: vec2<i32>, rise: i32) -> f32 {
  return f32(select(z.y, z.x, byPhase != 0) - rise) / f32(one);
}

fn potentialOf(before: vec2<i32>, z: vec2<i32>, rise: i32) -> f32 {
  return permitted(valueOf(z, rise), before.y < 0 && z.y >= 0);
}

fn distancesOf(z: vec2<i32>, rise: i32) -> vec2<f32> {
  return vec2(valueOf(z, rise) - theta, f32(z.y) / f32(one));
}

fn stepBackFrom(
  back: ptr<function, Back>,
  recalled: Recalled,
  potential: f32,
  fires: bool,
  gradient: f32,
) -> f32 {
  return resonatedBack(back, recalled, gradient);
}
