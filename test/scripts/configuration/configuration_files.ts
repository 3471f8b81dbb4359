/**
 * Configuration files as users have them.
 *
 * @module
 */

import type { Configuration } from "../../../scripts/configuration/schema/types.ts";

/** The configuration of the SL-Animals programs. */
export const SL_ANIMALS = `simulation:
    Ts:      5      # ms
    tSample: 1500
    nSample: 8
neuron:
    type:     SRMALPHA
    theta:    10
    tauSr:    10.0
    tauRef:   10.0
    scaleRef: 20
    tauRho:   1
    scaleRho: 1
training:
    transf_method:  SlayerTD
    random_crop:    False
    binning_mode:   OR
    sliced_dataset: True
    seed:           0
    optimizer:      ADAM
    lr:             0.01
    epochs:         3000
    CNN:            True
    error:
        type: NumSpikes
        tgtSpikeRegion: {start: 0, stop: 1500}
        tgtSpikeCount: {true: 180, false: 30}
    path:
        out:       output/
        data:      ../data/
        file_list: ../data/filelist.txt
        cache:     ../data/cache/
testing:
    tSample: 4360
    error:
        tgtSpikeRegion: {start: 0, stop: 4360}
        tgtSpikeCount: {true: 523, false: 87}
`;

/** The configuration of slayerPytorch's N-MNIST examples. */
export const N_MNIST = `simulation:
    Ts: 1.0
    tSample: 300
    nSample: 12
neuron:
    type:     SRMALPHA
    theta:    10
    tauSr:    10.0
    tauRef:   1.0
    scaleRef: 2     # relative to theta
    tauRho:   1
    scaleRho: 1
training:
    error:
        type: NumSpikes
        probSlidingWin: 20
        tgtSpikeRegion: {start: 0, stop: 300}
        tgtSpikeCount: {true: 60, false: 10}
    path:
        out:     OutFiles/
        in:      NMNISTsmall/
        desired: Nofile
        train:   NMNISTsmall/train1K.txt
        test:    NMNISTsmall/test100.txt
`;

/** The configuration of the former, in `/home/me/src/network.yaml`. */
export const SL_ANIMALS_CONFIGURATION: Configuration = {
  simulation: { Ts: 5, tSample: 1500, nSample: 8 },
  neuron: {
    type: "SRMALPHA",
    theta: 10,
    tauSr: 10,
    tauRef: 10,
    scaleRef: 20,
    tauRho: 1,
    scaleRho: 1,
  },
  training: {
    transf_method: "SlayerTD",
    random_crop: false,
    binning_mode: "OR",
    sliced_dataset: true,
    shuffle: false,
    seed: 0,
    init: "random",
    optimizer: "ADAM",
    lr: 0.01,
    accumulate: 1,
    weightDecay: 0,
    epochs: 3000,
    CNN: true,
    checkpoint: { minutes: 5 },
    error: {
      type: "NumSpikes",
      tgtSpikeRegion: { start: 0, stop: 1500 },
      tgtSpikeCount: { true: 180, false: 30 },
      probSlidingWin: 20,
    },
    path: {
      out: "/home/me/src/output",
      data: "/home/me/data",
      file_list: "/home/me/data/filelist.txt",
      cache: "/home/me/data/cache",
      store: "/home/me/data/sliced.zarr",
    },
  },
  testing: {
    tSample: 4360,
    error: {
      type: "NumSpikes",
      tgtSpikeRegion: { start: 0, stop: 4360 },
      tgtSpikeCount: { true: 523, false: 87 },
      probSlidingWin: 20,
    },
  },
};
