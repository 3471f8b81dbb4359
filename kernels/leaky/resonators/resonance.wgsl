// Spike condition, surrogate gradient and adjoint of resonate-and-fire neurons.
// Compiled in front of their WGSL.
//
// z      = (1 − 1/τ) · exp(2πi / period) · z + drive, real part first
// spike  by phase: real part ≥ theta + rise, where the imaginary part crosses
//        from below 0 to 0 or more; else: imaginary part ≥ theta + rise
//
// The surrogate gradient of a spike is the derivative of
//   by phase: height · S(real − theta − rise) · S'(imaginary)
//   else:     height · S(imaginary − theta − rise)
// where S' = exp(−|v| / width) / (2 · width). No gradient flows through the
// rise of a threshold.
//
// Source: Izhikevich, Resonate-and-fire neurons, Neural Networks 14, 2001;
// spikes by phase and their derivative after lava-dl, SLAYER 2.0.

// Real and imaginary part of the factor that multiplies z in each bin.
override cosDecay: f32 = 0;
override sinDecay: f32 = 0;
// Not 0: neurons spike by phase.
override byPhase: f32 = 1;
override width: f32 = 0.5;
override height: f32 = 10;

// State that the backward pass needs of each bin: the distance from the
// threshold, and the imaginary part.
alias Recalled = vec2<f32>;

// The value compared with theta, from the spiking part of z less the rise of
// the threshold: at most 0 where the phase does not permit a spike.
fn permitted(value: f32, isPhase: bool) -> f32 {
  return select(min(value, 0), value, isPhase || byPhase == 0);
}

// Derivatives of a spike by the real and the imaginary part of z.
fn slopesAt(recalled: Recalled) -> vec2<f32> {
  let tails = exp(-abs(recalled) / width);
  let bumps = tails / (2 * width);
  if (byPhase == 0) {
    return vec2(0, height * bumps.x);
  }
  let share = select(0.5 * tails.x, 1 - 0.5 * tails.x, recalled.x > 0);
  let falls = -sign(recalled.y) / width * bumps.y;
  return height * vec2(bumps.x * bumps.y, share * falls);
}

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
  (*back).dz = vec2(
    fma(cosDecay, dz.x, sinDecay * dz.y),
    fma(cosDecay, dz.y, -sinDecay * dz.x),
  );
  return dz.x;
}
