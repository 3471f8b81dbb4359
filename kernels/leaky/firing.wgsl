// Reset and surrogate gradient of leaky neurons. Compiled in front of their
// WGSL.
//
// reset  where the neuron fires, v = vReset (hard) or v −= subtracted ·
//        threshold: subtracted is 1 (soft), or 1 / (1 − leak), so that the leak
//        of the next bin leaves the threshold whole (delayed)

override vReset: f32 = 0;
// 0: hard.
override subtracted: f32 = 0;
// Not 0: the gradient flows through the reset too.
override resetGradient: f32 = 0;
// 0 exponential, 1 arctangent, 2 sigmoid, 3 fast sigmoid, 4 triangle.
override surrogate: f32 = 1;
override steepness: f32 = 2;

// The value of v after a spike.
fn resetOf(v: f32, threshold: f32) -> f32 {
  return select(vReset, v - subtracted * threshold, subtracted != 0);
}

// Derivative of the surrogate at `distance` from the threshold.
fn slopeAt(distance: f32) -> f32 {
  let scaled = steepness * abs(distance);
  if (surrogate == 0) {
    return steepness * exp(-scaled);
  }
  if (surrogate == 1) {
    let angle = 1.5707963267948966 * scaled;
    return 0.5 * steepness / (1 + angle * angle);
  }
  if (surrogate == 2) {
    let share = 1 / (1 + exp(-scaled));
    return steepness * share * (1 - share);
  }
  if (surrogate == 3) {
    return 1 / ((1 + scaled) * (1 + scaled));
  }
  return steepness * max(1 - scaled, 0);
}

// The gradient of a spike; if resetGradient, with the part that flows through
// the reset, from `after`, the gradient of v after the reset.
fn ofSpike(gradient: f32, after: f32, v: f32, threshold: f32) -> f32 {
  let jump = select(vReset - v, -subtracted * threshold, subtracted != 0);
  return gradient + select(0, after * jump, resetGradient != 0);
}

// The gradient of v before the reset from that of v after it.
fn pastReset(after: f32, fires: bool) -> f32 {
  return select(after, 0, fires && subtracted == 0);
}
