// The gradient of a drive from that of the normalised drive, as `apply` of
// norm.wgsl computes it; compiled in front of conv_gradient.wgsl in place of
// drive_gradient.wgsl. Where few inputs spike, this reads less memory than
// `apply`, which passes over all drives.
//
// dy       [N, sampleRows, OH, OW, OQ]  gradient of the normalised drive
// xQuads   [N, sampleRows, OH, OW, OQ]  the drive
// factors  [3, OQ]                      A, B and D of norm.wgsl

@group(0) @binding(2) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read> xQuads: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read> factors: array<vec4<f32>>;

// A, B and D of a quad, loaded once for all its gradients.
fn affineOf(quad: u32) -> mat3x4<f32> {
  return mat3x4(factors[quad], factors[OQ + quad], factors[2 * OQ + quad]);
}

// Gradients of a quad in bin t; bin 0 is at `origin`.
fn gradientAt(affine: mat3x4<f32>, origin: u32, t: u32) -> vec4<f32> {
  let at = origin + t * OH * OW * OQ;
  return fma(affine[0], dy[at], fma(affine[1], xQuads[at], affine[2]));
}
