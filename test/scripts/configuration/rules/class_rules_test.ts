import assert from "node:assert/strict";
import { parseConfiguration } from "../../../../scripts/configuration/configuration.ts";
import { checkClasses } from "../../../../scripts/configuration/rules/class_rules.ts";

Deno.test("checkClasses() refuses classes and weights that the data do not have", () => {
  const classes = ["left", "right"];
  const check = (training: string) =>
    checkClasses(
      parseConfiguration(
        `network: [{dense: classes, norm: batch}]\ntraining: ${training}`,
        "a.yaml",
      ),
      classes,
    );
  check("{}");
  check("{augmentation: {flip_x: 1, flip_not: [right, left]}}");
  check("{error: {classWeights: [1, 0.5]}}");
  const cases: [training: string, message: string][] = [
    [
      "{augmentation: {flip_not: [left, rihgt]}}",
      'flip_not: no class is "rihgt"; did you mean "right"',
    ],
    [
      "{augmentation: {flip_not: [wave]}}",
      'flip_not: no class is "wave"; classes are left, right',
    ],
    [
      "{error: {classWeights: [1]}}",
      "classWeights: it has 1 number, expected one for each of the 2 classes",
    ],
    [
      "{error: {classWeights: [1, 2, 3]}}",
      "classWeights: it has 3 numbers, expected one for each of the 2 classes",
    ],
  ];
  for (const [training, message] of cases) {
    assert.throws(() => check(training), (error: Error) => {
      assert.equal(error.name, "RangeError");
      assert(error.message.startsWith("Cannot use training."));
      assert(error.message.endsWith(`.${message}`), error.message);
      return true;
    });
  }
});
