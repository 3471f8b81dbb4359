// Integers in units of 1/4096 that are rounded toward 0, as on the Loihi 2
// processor. Compiled in front of the WGSL of fixed-point neurons.
//
// Source: lava-dl, SLAYER 2.0; Orchard and others, Efficient neuromorphic
// signal processing with Loihi 2, SiPS 2021.

// 1.0 in fixed point: a drive of one, or a factor of one.
const one = 4096u;

// A drive as an integer.
fn fixedOf(drive: f32) -> i32 {
  return i32(f32(one) * drive);
}

// value · factor / 4096; in two parts, so that no product overflows.
fn shareOf(value: i32, factor: u32) -> i32 {
  let size = u32(abs(value));
  let share = size / one * factor + size % one * factor / one;
  return select(i32(share), -i32(share), value < 0);
}

// The rest of a value after one bin of decay.
fn keptOf(value: i32, decay: u32) -> i32 {
  return shareOf(value, one - decay);
}
