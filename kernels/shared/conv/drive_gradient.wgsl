// The gradient of a drive as it is held; compiled in front of
// conv_gradient.wgsl. With a norm, norm_gradient.wgsl may take its place.
//
// dy  [N, sampleRows, OH, OW, OQ]  in the first T rows

@group(0) @binding(2) var<storage, read> dy: array<vec4<f32>>;

// Gradients in bin t of a quad whose bin 0 is at `origin`.
fn gradientAt(origin: u32, t: u32) -> vec4<f32> {
  return dy[origin + t * OH * OW * OQ];
}
