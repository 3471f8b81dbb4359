// The sizes of a convolution, before the text of each of its kernels.
//
// An input has H rows, W columns and C channels, an output OH, OW and M maps.
// Tap (ky, kx) of an output at (oy, ox) is the input at
//   iy = oy · strideY + ky · dilationY − padY
//   ix = ox · strideX + kx · dilationX − padX
// Map m sees the CG channels g of its group, of which there are `sets`:
//   c = m / (M / sets) · CG + g
// Maps lie by quads, MQ of them, those of a group in a run.

override H: u32;
override W: u32;
override C: u32;
override OH: u32;
override OW: u32;
override M: u32;
override KH: u32;
override KW: u32;
override strideY: u32 = 1;
override strideX: u32 = 1;
override padY: u32 = 0;
override padX: u32 = 0;
override dilationY: u32 = 1;
override dilationX: u32 = 1;
override sets: u32 = 1;

override CG: u32 = C / sets;
override MQ: u32 = sets * ((M / sets + 3) / 4);

// What lies before the input wraps to large numbers, which are outside too.
fn isInside(iy: u32, ix: u32) -> bool {
  return iy < H && ix < W;
}
