// Geometry of a unit, the layer of a network that is computed layer by layer: a
// synapse's drive, a normalisation, and neurons. This file is compiled in front
// of the kernels that read drives: [N, T, pixels, floats], channels by quads.
//
// A workgroup owns a strip of a sample's pixels and channelLanes channels.
// Channels vary fastest along its lanes, then pixels, so that loads are
// coalesced and the sums of a channel are a reduction over pixelLanes lanes.

override T: u32;
override pixels: u32 = 1;
// Channels, channels of a run, and floats of a pixel, runs padded to quads.
override C: u32;
override runSize: u32 = 1;
override runFloats: u32 = (runSize + 3) / 4 * 4;
override floats: u32 = C / runSize * runFloats;
override channelLanes: u32 = 64;
override pixelLanes: u32 = 64 / channelLanes;
// Strips of a sample.
override S: u32 = 1;
override stripPixels: u32 = (pixels + S - 1) / S;


// Number of pixels of a strip.
fn pixelsOf(strip: u32) -> u32 {
  return min((strip + 1) * stripPixels, pixels) -
    min(strip * stripPixels, pixels);
}
