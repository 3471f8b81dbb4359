// The taps of a convolution's adjoint, one after the other; compiled after
// input_gradient.wgsl, in front of kernels that bind
//
// w   [KH, KW, CG, OQ]
// dy  [N, sampleRows, OH, OW, OQ]  in the first T rows
// dx  [N, T, inRow]                as input_gradient.wgsl says

// Bins of an invocation.
const ownedBins = 8u;

// What an invocation owns: bins t0 to t0 + last of up to four input channels of
// a pixel, the first of which is channel cg of group g.
struct Owned {
  n: u32,
  t0: u32,
  last: u32,
  pixel: u32,
  g: u32,
  cg: u32,
}

// Gradients of four channels in each of the bins.
alias InputSums = array<vec4<f32>, ownedBins>;

// Number of invocations that share eight bins of a sample.
fn ownersOf() -> u32 {
  return H * W * G * ((CG + 3) / 4);
}

// i counts pixels, then groups, then quads of a group's input channels.
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

// Adds what a tap passes back from a pixel of the output.
fn addTap(sums: ptr<function, InputSums>, own: Owned, tap: u32, output: u32) {
  let row = OH * OW * OQ;
  let quads = OQ / G;
  // Channels after the last of the group load the last, and are not stored.
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

// Stores the sums of all taps.
fn storeSums(sums: ptr<function, InputSums>, own: Owned) {
  for (var j = 0u; j <= own.last; j++) {
    let row = (own.n * T + own.t0 + j) * inRow;
    for (var k = 0u; k < min(4u, CG - own.cg); k++) {
      dx[row + placeOf(own.pixel, own.g * CG + own.cg + k)] = (*sums)[j][k];
    }
  }
}
