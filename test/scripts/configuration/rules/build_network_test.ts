import { parseConfiguration } from "../../../../scripts/configuration/configuration.ts";
import { refuses } from "../refusals.ts";

const WRONG: readonly (readonly [network: string, problem: string])[] = [
  [
    "8c3-lif-bn-classes",
    'Cannot give layer "conv1" a norm after its neuron; give norm before',
  ],
  [
    "8c3-if-lif-classes",
    'Cannot give layer "conv1" another neuron: it has one',
  ],
  [
    "8c3-bn-lif-res(16c3)-classes",
    'Cannot join layer "conv2", which gives 16 channels, to 8 around it: give ' +
    "both as many, with a shortcut if need be",
  ],
  [
    "[{dense: 4, neuron: none}, {dense: classes, neuron: none}]",
    'Cannot build layer "fc1": only the last layer can be without neurons',
  ],
  [
    "[{conv: {out: 2, kernel: 3}}, {conv: {out: 3, kernel: 3, groups: 3}}]",
    'Cannot build layer "conv2": 3 groups do not divide 2 inputs and 3 outputs',
  ],
];

for (const [network, problem] of WRONG) {
  Deno.test(`a configuration is refused without data: ${problem}`, () => {
    refuses(`training: {lr: 0.1}\nnetwork: ${network}`, {
      message: 'Cannot use configuration "network.yaml" line 2: network is ' +
        `not possible: ${problem}`,
      key: "network",
      line: 2,
    });
  });
}

Deno.test("what depends on the sensor or the classes waits for them", () => {
  for (
    const network of [
      "8c3-bn-lif-aap4-classes",
      "res(1c3)-classes",
      "[{dense: classes}, {average: 7}]",
      "[{conv: {out: 7, kernel: 5, groups: 7}}, {dense: classes}]",
    ]
  ) {
    parseConfiguration(`network: ${network}`, "network.yaml");
  }
});

Deno.test("the word classes is for the last layer", () => {
  const bad = (network: string, index: number) =>
    refuses(`network: ${network}`, {
      message:
        `Cannot use configuration "network.yaml" line 1: network.${index} ` +
        "has an output for each of classes, and layers of other sizes follow; " +
        "classes is for the last one",
      key: `network.${index}`,
      line: 1,
    });
  bad("8c3-bn-lif-classes-lif-9", 3);
  bad("[{dense: {out: classes}}, {residual: [{dense: 9}]}]", 0);
  for (
    const network of [
      "classes-lif-classes-lif",
      "8c3-bn-lif-classes-dp.5",
      "[{dense: 40}, {average: classes}]",
    ]
  ) {
    parseConfiguration(`network: ${network}`, "network.yaml");
  }
});
