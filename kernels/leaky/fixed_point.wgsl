// Current and voltage in fixed-point arithmetic. Compiled after firing.wgsl and
// rounding.wgsl and in front of the WGSL of such neurons.
//
// i = ⌊i · (4096 − iDecay) / 4096⌋ + ⌊4096 · drive⌋
// v = ⌊v · (4096 − vDecay) / 4096⌋ + i
// where brackets round toward 0. The adjoint is that of real arithmetic
// (straight-through).
//
// Source: lava-dl, SLAYER 2.0.

override iDecay: u32 = 1024;
override vDecay: u32 = 128;

struct Integrated {
  current: i32,
  v: i32,
}

fn integrated(before: Integrated, drive: f32) -> Integrated {
  let current = keptOf(before.current, iDecay) + fixedOf(drive);
  return Integrated(current, keptOf(before.v, vDecay) + current);
}

struct Back {
  current: f32,
  v: f32,
}

// Backpropagates through one bin, from the gradient of its voltage to that of
// its drive.
fn integratedBack(back: ptr<function, Back>, dv: f32) -> f32 {
  let dx = dv + (*back).current;
  let leak = f32(vDecay) / f32(one);
  let currentLeak = f32(iDecay) / f32(one);
  *back = Back((1 - currentLeak) * dx, (1 - leak) * dv);
  return dx;
}
