// The adjoint of the spike response model. Compiled after neurons.wgsl.
//
// gradientsOf  du[n, t, f] = ds[n, t, f] · scale · exp(−slope · |u − theta|)
// backFour     dx[n, t, f] = factor · Σ_k epsilon[k] · du[n, t + k, f]
// Terms outside [0, T) are absent; the refractory path is not differentiated.
// epsilon is that of srm.wgsl, also if `direct`.
//
// Source: SLAYER, arXiv:1810.08646, equation 13, with
// scale = scaleRho / (tauRho·theta) and slope = 1 / (tauRho·theta).

// As in srm.wgsl.
override direct: bool = false;
override decay: f32 = 0;
override lastA: f32 = 0;
override lastB: f32 = 0;
override scale: f32 = 0;
override slope: f32 = 0;

// The surrogate derivative of the threshold at four potentials.
fn surrogate(potential: vec4<f32>) -> vec4<f32> {
  if (flat || slope == 0) {
    return vec4(scale);
  }
  return scale * exp(-slope * abs(potential - vec4(theta)));
}

// Gradients of the potentials of bins t to t + 3. From T on, and where rows are
// only filled up, memory may hold anything, so they are set to 0.
fn potentialGradients(four: Four, t: u32, isThere: bool) -> vec4<f32> {
  let du = poolGain * four.above * surrogate(four.potential);
  let counts = (vec4(t, t + 1, t + 2, t + 3) < vec4(T)) & vec4(isThere);
  return select(vec4(), du, counts);
}

// Gradients of the potentials of four bins, and of the four K bins later.
struct Gradients {
  now: vec4<f32>,
  gone: vec4<f32>,
}

// Those of bins t to t + 3. For K up to sixteen the later ones are still in
// registers, else they are computed again.
fn gradientsOf(
  past: ptr<function, Past>,
  place: Place,
  fours: Fours,
  t: u32,
) -> Gradients {
  let du = potentialGradients(fours.now, t, place.isThere);
  if (K <= 16) {
    return Gradients(du, exchange(past, du.wzyx).wzyx);
  }
  return Gradients(du, potentialGradients(fours.gone, t + K, place.isThere));
}

// State of one neuron, backward in time.
struct Back {
  // Index of the gradient of its drive in bin 0.
  row: u32,
  factor: f32,
  // Leaky sums of gradients of potentials.
  a: f32,
  b: f32,
}

// The state after the last bin.
fn startBack(row: u32, factor: f32) -> Back {
  return Back(row, factor, 0.0, 0.0);
}

// Integrates bins t + 3 to t backward and stores the gradients of their drives;
// bins from T on are skipped.
fn backFour(neuron: ptr<function, Back>, gradients: Gradients, t: u32) {
  if (t >= T) {
    return;
  }
  let du = gradients.now;
  let gone = gradients.gone;
  var a = (*neuron).a;
  var b = (*neuron).b;
  var dx: vec4<f32>;
  b = decay * (b + a) - lastB * gone.w;
  a = decay * a + du.w - lastA * gone.w;
  dx.w = b;
  b = decay * (b + a) - lastB * gone.z;
  a = decay * a + du.z - lastA * gone.z;
  dx.z = b;
  b = decay * (b + a) - lastB * gone.y;
  a = decay * a + du.y - lastA * gone.y;
  dx.y = b;
  b = decay * (b + a) - lastB * gone.x;
  a = decay * a + du.x - lastA * gone.x;
  dx.x = b;
  (*neuron).a = a;
  (*neuron).b = b;
  dx = select(dx, du, direct);
  storeGradients((*neuron).row, (*neuron).factor * dx, t);
}
