import assert from "node:assert/strict";
import { Ajv } from "npm:ajv@8.20.0";
import schema from "npm:vega-lite@6.5.0/vega-lite-schema.json" with {
  type: "json",
};
import { themed } from "../../../../mod.ts";
import { THEMES } from "../../../../scripts/views/charts/theme.ts";
import { CHARTS } from "./chart_examples.ts";
import { pictures } from "./picture_examples.ts";

const validate = new Ajv({
  strict: false,
  formats: { "color-hex": true, "uri": true, "uri-reference": true },
}).compile(schema);

Deno.test("charts are valid Vega-Lite 6, in both themes", () => {
  for (const theme of THEMES) {
    const specs = { ...CHARTS, ...pictures(theme) };
    for (const [name, spec] of Object.entries(specs)) {
      const valid = validate(themed(spec, theme));
      const problems = validate.errors?.slice(0, 5).map((error) =>
        `${error.instancePath} ${error.message}`
      );
      assert(valid, `${name}, ${theme}: ${problems?.join("; ")}`);
    }
  }
});

Deno.test("the schema rejects a chart that is not valid", () => {
  assert(!validate({ ...CHARTS.loss, layer: [{ mark: "scribble" }] }));
});

Deno.test("charts are plain data that JSON keeps", () => {
  for (const [name, spec] of Object.entries(CHARTS)) {
    assert.deepEqual(JSON.parse(JSON.stringify(spec)), spec, name);
  }
});

Deno.test("the dark theme changes nothing but the configuration", () => {
  for (const spec of Object.values(CHARTS)) {
    const { config, ...rest } = themed(spec, "dark");
    const { config: light, ...same } = spec;
    assert.deepEqual(rest, same);
    assert.notDeepEqual(config, light);
    assert.deepEqual(themed(themed(spec, "dark"), "light"), spec);
  }
});
