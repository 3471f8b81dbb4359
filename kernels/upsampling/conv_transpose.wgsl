// Transposed convolution over rows and columns, without bias.
//
// forward  x[n, t, oy, ox, oc] = Σ w[ky, kx, cg, oc] · s[n, t, iy, ix, c]
// adjoint  dx[n, t, iy, ix, c] = Σ w[ky, kx, cg, oc] · dy[n, t, oy, ox, oc]
// strips   stripSum[n, strip, ky, kx, cg, oc] = height ·
//            Σ s[n, t, iy, ix, c] · dy[n, t, oy, ox, oc]
//          over the pixels iy, ix of a strip and all t with a spike
// over all taps ky, kx that satisfy, with inputs and outputs of
// conv_geometry.wgsl swapped,
//   oy = iy · strideY + ky · dilationY − padY
//   ox = ix · strideX + kx · dilationX − padX
// and the channels of a group, numbered as there. s is the input's spike, or
// its count. `total` of conv_gradient.wgsl adds up the strips.
//
// inputs    [N, P, B, H, W, C]           incoming spikes, time-packed
// w         [KH, KW, CG, OQ]
// dy        [N, sampleRows, OH, OW, OQ]  in the first T rows
// x         [N, sampleRows, OH, OW, OQ]  the drive, in the first T rows
// dx        [N, T, inRow]                as input_gradient.wgsl says
// stripSum  [N, S, KH, KW, CG, OQ]       partial sums
//
// One invocation owns eight bins of a quad of output channels of a pixel
// (forward) or of up to four input channels (adjoint), or a quad of weights for
// the pixels of a strip (strips). Compiled after adjoint_taps.wgsl.

override T: u32;
override sampleRows: u32;
override P: u32 = 1;
override S: u32;
override height: f32 = 1;

@group(0) @binding(0) var<storage, read> inputs: array<u32>;
@group(0) @binding(1) var<storage, read> w: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> x: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;
@group(0) @binding(5) var<storage, read_write> stripSum: array<vec4<f32>>;

@compute @workgroup_size(64)
fn forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let n = id.z;
  let B = (T + 31) / 32;
  let t0 = id.y * ownedBins;
  for (var i = id.x; i < OH * OW * OQ; i += groups.x * 64) {
    let pixel = i / OQ;
    let first = i % OQ / (OQ / G) * CG;
    var sums = array<vec4<f32>, ownedBins>();
    for (var tap = 0u; tap < KH * KW; tap++) {
      // Negative rows and columns wrap to large numbers.
      let top = pixel / OW + padY - tap / KW * dilationY;
      let left = pixel % OW + padX - tap % KW * dilationX;
      let iy = top / strideY;
      let ix = left / strideX;
      if (top % strideY != 0 || left % strideX != 0 || !isInside(iy, ix)) {
        continue;
      }
      for (var cg = 0u; cg < CG; cg++) {
        let weights = w[(tap * CG + cg) * OQ + i % OQ];
        let neuron = (iy * W + ix) * C + first + cg;
        for (var p = 0u; p < P; p++) {
          let word = inputs[((n * P + p) * B + t0 / 32) * H * W * C + neuron];
          let bits = (word >> (t0 % 32)) & 0xff;
          for (var j = 0u; bits >> j != 0 && j < ownedBins; j++) {
            sums[j] += f32(((bits >> j) & 1) << p) * weights;
          }
        }
      }
    }
    for (var j = 0u; j < min(ownedBins, T - t0); j++) {
      x[(n * sampleRows + t0 + j) * OH * OW * OQ + i] = sums[j];
    }
  }
}

// The output pixel that tap (ky, kx) of an input pixel reaches.
struct Output {
  pixel: u32,
  isThere: bool,
}

fn outputOf(iy: u32, ix: u32, tap: u32) -> Output {
  // Negative rows and columns wrap to large numbers.
  let oy = iy * strideY + tap / KW * dilationY - padY;
  let ox = ix * strideX + tap % KW * dilationX - padX;
  return Output(oy * OW + ox, oy < OH && ox < OW);
}

@compute @workgroup_size(64)
fn adjoint(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  for (var i = id.x; i < ownersOf(); i += groups.x * 64) {
    let own = ownedBy(i, id.z, id.y * ownedBins);
    var sums = InputSums();
    for (var tap = 0u; tap < KH * KW; tap++) {
      let output = outputOf(own.pixel / W, own.pixel % W, tap);
      if (output.isThere) {
        addTap(&sums, own, tap, output.pixel);
      }
    }
    storeSums(&sums, own);
  }
}

@compute @workgroup_size(64)
fn strips(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let n = id.z;
  let B = (T + 31) / 32;
  let row = OH * OW * OQ;
  let size = KH * KW * CG * OQ;
  let pixels = (H * W + S - 1) / S;
  for (var i = id.x; i < S * size; i += groups.x * 64) {
    let strip = i / size;
    let quad = i % OQ;
    let c = quad / (OQ / G) * CG + i / OQ % CG;
    var sum = vec4<f32>();
    let end = min((strip + 1) * pixels, H * W);
    for (var pixel = strip * pixels; pixel < end; pixel++) {
      let output = outputOf(pixel / W, pixel % W, i % size / OQ / CG);
      if (!output.isThere) {
        continue;
      }
      let origin = n * sampleRows * row + output.pixel * OQ + quad;
      for (var word = 0u; word < P * B; word++) {
        var bits = inputs[((n * P * B + word) * H * W + pixel) * C + c];
        let scale = f32(1u << (word / B));
        while (bits != 0) {
          let t = word % B * 32 + countTrailingZeros(bits);
          bits &= bits - 1;
          sum += scale * dy[origin + t * row];
        }
      }
    }
    stripSum[n * S * size + i] = height * sum;
  }
}
