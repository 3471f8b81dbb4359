// Accumulation of a convolution's adjoint tap by tap; compiled after
// input_gradient.wgsl, in front of kernels that bind
//
// w   [KH, KW, CG, OQ]
// dy  [N, sampleRows, OH, OW, OQ]  in the first T rows
// dx  [N, T, inRow]                as input_gradient.wgsl says

// Bins that one invocation owns.
const ownedBins = 8u;

// The elements of dx that one invocation owns: bins t0 to t0 + last of up to
// four input channels of a pixel, beginning with channel cg of group g.
struct Owned {
  n: u32,
  t0: u32,
  last: u32,
  pixel: u32,
  g: u32,
  cg: u32,
}

// Gradients of four channels in each bin.
alias InputSums = array<vec4<f32>, ownedBins>;

// Number of invocations that cover eight bins of a sample.
fn ownersOf() -> u32 {
  return H * W * G * ((CG + 3) / 4);
}

// Decodes index i: quads of a group's input channels vary fastest, then groups,
// then pixels.
fn ownedBy(i: u32, n: u32, t0: u32) -> Owned {
  let channelQuads = (CG + 3) / 4;
  return Owned(
    n,
    t0,
    min(ownedBins, T - t0) - 1,
    i / channelQuads / G,
    i / channelQuads % G,
    i % channelQuads * 4,
  );
}

// Adds the contribution of one tap of one output pixel.
fn addTap(sums: ptr<function, InputSums>, own: Owned, tap: u32, output: u32) {
  let row = OH * OW * OQ;
  let quads = OQ / G;
  // Channels past the end of the group load its last one, and are not stored.
  let channels = min(vec4(own.cg) + vec4(0, 1, 2, 3), vec4(CG - 1));
  let rows = (channels + tap * CG) * OQ + own.g * quads;
  let origin = own.n * sampleRows * row + output * OQ + own.g * quads;
  for (var q = 0u; q < quads; q++) {
    let weights =
      mat4x4(w[rows.x + q], w[rows.y + q], w[rows.z + q], w[rows.w + q]);
    for (var j = 0u; j < ownedBins; j++) {
      let t = own.t0 + min(j, own.last);
      (*sums)[j] += dy[origin + t * row + q] * weights;
    }
  }
}

// Stores the accumulated gradients.
fn storeSums(sums: ptr<function, InputSums>, own: Owned) {
  for (var j = 0u; j <= own.last; j++) {
    let row = (own.n * T + own.t0 + j) * inRow;
    for (var k = 0u; k < min(4u, CG - own.cg); k++) {
      dx[row + placeOf(own.pixel, own.g * CG + own.cg + k)] = (*sums)[j][k];
    }
  }
}
