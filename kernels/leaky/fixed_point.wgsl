// Current and voltage in fixed-point arithmetic, as on the Loihi 2 processor.
// Compiled after firing.wgsl and in front of the WGSL of such neurons.
//
// i = ⌊i · (4096 − iDecay) / 4096⌋ + ⌊4096 · drive⌋
// v = ⌊v · (4096 − vDecay) / 4096⌋ + i
// where brackets round toward 0. The adjoint is that of real arithmetic
// (straight-through).
//
// Source: lava-dl, SLAYER 2.0; Orchard and others, Efficient neuromorphic
// signal processing with Loihi 2, SiPS 2021.

override iDecay: u32 = 1024;
override vDecay: u32 = 128;

// 1.0 in fixed point: a drive of one, or the factor without decay.
const one = 4096u;

// The rest of a value after one bin of decay; in two parts, so that no product
// overflows.
fn keptOf(value: i32, decay: u32) -> i32 {
  let kept = one - decay;
  let size = u32(abs(value));
  let rest = size / one * kept + size % one * kept / one;
  return select(i32(rest), -i32(rest), value < 0);
}

struct Integrated {
  current: i32,
  v: i32,
}

fn integrated(before: Integrated, drive: f32) -> Integrated {
  let current = keptOf(before.current, iDecay) + i32(f32(one) * drive);
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
