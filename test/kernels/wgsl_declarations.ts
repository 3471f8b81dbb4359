/**
 * The names that WGSL declares, and those that it uses.
 *
 * @module
 */

/** A variable of a module. */
export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly binding: number;
  readonly role: string;
}

/** The names that a WGSL module declares. */
export interface Declarations {
  readonly variables: readonly Variable[];
  readonly overrides: readonly {
    readonly name: string;
    readonly initialiser: string;
  }[];
  readonly functions: ReadonlyMap<string, string>;
  /** Text that each name stands for. */
  readonly meanings: ReadonlyMap<string, string>;
  readonly entryPoints: readonly string[];
}

/**
 * Finds the names that a WGSL module declares.
 *
 * @param text The module.
 * @returns The names.
 */
export function declarations(text: string): Declarations {
  const code = text.replaceAll(/\/\/.*$/gm, "");
  const variables = [...code.matchAll(
    /@group\(0\) @binding\((\d+)\) var<([\w, ]+)> (\w+): ([^;]+);/g,
  )].map(([, binding, role, name, type]): Variable => ({
    name,
    type,
    binding: Number(binding),
    role: role.replace("storage, ", ""),
  }));
  const overrides = [...code.matchAll(/^override (\w+): \w+( = [^;]+)?;$/gm)]
    .map(([, name, initialiser = ""]) => ({ name, initialiser }));
  const functions = new Map(
    [...code.matchAll(/^(?:@compute [^\n]*\n)?fn (\w+)\(.*?^\}$/gms)]
      .map(([text, name]) => [name, text]),
  );
  const constants = [...code.matchAll(/^const (\w+) = [^;]+;$/gm)];
  const arrays = [
    ...code.matchAll(/^var<(?:private|workgroup)> (\w+): [^;]+;$/gm),
  ];
  /** Declaration of each name of the module. */
  const meanings = new Map([
    ...[...functions].map(([name, text]) =>
      [name, foreignNames(text).join(" ")] as const
    ),
    ...variables.map(({ name, type }) => [name, type] as const),
    ...overrides.map(({ name, initialiser }) => [name, initialiser] as const),
    ...[...constants, ...arrays].map(([text, name]) => [name, text] as const),
  ]);
  const entryPoints = [...code.matchAll(/^@compute .*\nfn (\w+)\(/gm)]
    .map(([, name]) => name);
  return { variables, overrides, functions, meanings, entryPoints };
}

/**
 * Finds the names that stand in a text, but as members.
 *
 * @param text The text.
 * @returns The names, in order.
 */
export function namesOf(text: string): string[] {
  return [...text.matchAll(/(?<![.\w])[A-Za-z_]\w*/g)].map(([name]) => name);
}

/** Names in a function that are not its parameters or variables. */
function foreignNames(text: string): string[] {
  const [head] = text.split("{", 1);
  const own = new Set([
    ...[...head.matchAll(/(\w+): /g)].map(([, name]) => name),
    ...[...text.matchAll(/\b(?:let|var) (\w+)/g)].map(([, name]) => name),
  ]);
  return namesOf(text).filter((name) => !own.has(name));
}

/**
 * Finds all names in an entry point and whatever it names.
 *
 * @param entryPoint The entry point.
 * @param meanings Text that each name stands for.
 * @returns The names.
 */
export function namesIn(
  entryPoint: string,
  meanings: ReadonlyMap<string, string>,
): Set<string> {
  const names = new Set<string>();
  const visit = (text: string) => {
    for (const name of namesOf(text)) {
      if (names.has(name)) continue;
      names.add(name);
      visit(meanings.get(name) ?? "");
    }
  };
  visit(meanings.get(entryPoint)!);
  return names;
}

/**
 * Finds the constants of a module that do not follow from others.
 *
 * @param declared The names that it declares.
 * @returns The constants.
 */
export function constantsOf(
  { overrides }: Declarations,
): string[] {
  const all = new Set(overrides.map(({ name }) => name));
  return overrides.filter(({ initialiser }) =>
    !namesOf(initialiser).some((name) => all.has(name))
  ).map(({ name }) => name);
}

/**
 * Finds the value of a number that a text declares as `const`.
 *
 * @param code The text.
 * @param name The number's name.
 * @returns Its value, if there is one.
 */
export function constantValue(code: string, name: string): number | undefined {
  const found = code.match(new RegExp(`^const ${name} = ([\\d.]+)u?;$`, "m"));
  return found ? Number(found[1]) : undefined;
}
