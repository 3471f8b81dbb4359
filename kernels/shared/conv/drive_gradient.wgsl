// Loads of the gradient of a drive; compiled in front of conv_gradient.wgsl.
// With batch normalisation, norm_gradient.wgsl may take its place.
//
// dy  [N, sampleRows, OH, OW, OQ]  in the first T rows

@group(0) @binding(2) var<storage, read> dy: array<vec4<f32>>;

// Coefficients of a quad, loaded once for all its gradients. Only
// norm_gradient.wgsl has some.
fn affineOf(quad: u32) -> mat3x4<f32> {
  return mat3x4<f32>();
}

// Gradients of a quad in bin t; bin 0 is at `origin`.
fn gradientAt(affine: mat3x4<f32>, origin: u32, t: u32) -> vec4<f32> {
  return dy[origin + t * OH * OW * OQ];
}
