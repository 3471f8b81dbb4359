// Adjoint of the neuron of the Loihi processor. Compiled after neurons.wgsl.
//
// gradientsOf  du[n, t, f] = ds[n, t, f] · scale · exp(−slope · |u − theta|)
// backFour     dx[n, t, f] = factor · Σ_k epsilon[k] · du[n, t + k, f]
// Terms outside [0, T) are absent. epsilon is the neuron's response to one
// spike of weight 1, in its integer arithmetic, divided by its largest value:
//   epsilon[k] = v[k] / peak
//   v[k] = ⌊v[k − 1] · (4096 − vDecay) / 4096⌋ + c[k]
//   c[k] = ⌊c[k − 1] · (4096 − iDecay) / 4096⌋
// with c[0] = v[0] = initial, until v is 0. Rounding keeps it from being a sum
// of exponentials, so all its taps are summed.
//
// Source: SLAYER, arXiv:1810.08646, equation 13, with
// scale = scaleRho / (tauRho·theta) and slope = 1 / (tauRho·theta).

override iDecay: u32 = 0;
override vDecay: u32 = 0;
override initial: u32 = 128;
override peak: f32 = 1;
override scale: f32 = 0;
override slope: f32 = 0;

// Whether the surrogate is constant, so that potentials are not used.
override isFlat: bool = flat || slope == 0;

// Gradients of the potentials of four bins, and the place of their neuron.
struct Gradients {
  du: vec4<f32>,
  place: Place,
}

// Gradients of the potentials of bins t to t + 3, 0 from T on and for padding.
// They overwrite the potentials, unless these are not used and may hold
// something else.
fn gradientsOf(
  past: ptr<function, Past>,
  place: Place,
  fours: Fours,
  t: u32,
) -> Gradients {
  var du = poolGain * scale * fours.now.above;
  if (!isFlat) {
    du *= exp(-slope * abs(fours.now.potential - vec4(theta)));
  }
  let counts = (vec4(t, t + 1, t + 2, t + 3) < vec4(T)) & vec4(place.isThere);
  du = select(vec4(), du, counts);
  if (!isFlat && t < T) {
    storeBins(place.potentials, du, t);
  }
  return Gradients(du, place);
}

// The gradient of the potential of bin t.
fn gradientAt(place: Place, t: u32) -> f32 {
  if (!isFlat) {
    return u[place.potentials + t * 4 * Q];
  }
  if (!place.isThere) {
    return 0;
  }
  return poolGain * scale * ds[place.gradients + t * place.rowSize];
}

// A value after one bin of decay, as in loihi.wgsl.
fn decayed(value: u32, decay: u32) -> u32 {
  let kept = 4096 - decay;
  return (value >> 12) * kept + (((value & 4095) * kept) >> 12);
}

// Adjoint state of one neuron.
struct Back {
  // Index of the gradient of its drive in bin 0.
  row: u32,
  factor: f32,
}

// The adjoint state after the last bin.
fn startBack(row: u32, factor: f32) -> Back {
  return Back(row, factor / peak);
}

// Stores the gradients of the drives of bins t to t + 3; skips bins from T on.
// Gradients of potentials up to K bins later are not yet overwritten.
fn backFour(neuron: ptr<function, Back>, gradients: Gradients, t: u32) {
  if (t >= T) {
    return;
  }
  var current = initial;
  var voltage = initial;
  // epsilon of bin i for bins t to t + 3.
  var taps = vec4(f32(initial), 0.0, 0.0, 0.0);
  var dx = vec4<f32>();
  for (var i = t; i < T && any(taps > vec4()); i++) {
    dx += taps * gradientAt(gradients.place, i);
    current = decayed(current, iDecay);
    voltage = decayed(voltage, vDecay) + current;
    taps = vec4(f32(voltage), taps.xyz);
  }
  storeGradients((*neuron).row, (*neuron).factor * dx, t);
}
