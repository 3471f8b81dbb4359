// Adaptive threshold and refractory response in fixed-point arithmetic.
// Compiled after rounding.wgsl and in front of the WGSL of such neurons.
//
// relaxed  rise = ⌊rise · (4096 − thDecay) / 4096⌋
//          refractory = ⌊refractory · (4096 − refDecay) / 4096⌋
// raised   refractory += 2 · (4096 · theta + rise), rise += 64 · vThStep
// where brackets round toward 0.
//
// Source: lava-dl, SLAYER 2.0.

override thDecay: u32 = 512;
override refDecay: u32 = 512;
override vThStep: u32 = 8;

struct Adaptation {
  rise: i32,
  refractory: i32,
}

// After a bin of decay.
fn relaxed(before: Adaptation) -> Adaptation {
  let rise = keptOf(before.rise, thDecay);
  return Adaptation(rise, keptOf(before.refractory, refDecay));
}

// After a spike.
fn raised(before: Adaptation) -> Adaptation {
  let threshold = fixedOf(theta) + before.rise;
  let rise = before.rise + 64 * i32(vThStep);
  return Adaptation(rise, before.refractory + 2 * threshold);
}
