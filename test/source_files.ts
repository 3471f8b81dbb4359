/**
 * The source of the project, parsed: what each file imports and names.
 *
 * The parser is the one of `deno lint`.
 *
 * @module
 */

import { dirname, join, relative, resolve } from "node:path";

/** Top of the repository. */
export const ROOT: string = dirname(import.meta.dirname!);

/** Folders that hold source. */
const FOLDERS = ["kernels", "engine", "dataset", "scripts", "bench", "test"];

/** Imports and names of a file. */
export interface Source {
  /** Specifiers of its imports, as written, of every kind. */
  readonly imports: readonly string[];
  /**
   * Names it uses other than as keys, with the key that is taken from them:
   * `GPUBuffer`, `Deno.exit`, `navigator.gpu`; `*` where the key is computed.
   */
  readonly names: ReadonlySet<string>;
}

/** A file of the project. */
export interface SourceFile extends Source {
  /** Path from the top of the repository. */
  readonly path: string;
}

/**
 * Reads every module of the project.
 *
 * @returns The modules, `mod.ts` first.
 */
export async function readSourceFiles(): Promise<SourceFile[]> {
  const folders = await Promise.all(FOLDERS.map(listModules));
  const paths = ["mod.ts", ...folders.flat().sort()];
  return await Promise.all(paths.map(async (path) => {
    const text = await Deno.readTextFile(join(ROOT, path));
    return { path, ...parseSource(text) };
  }));
}

async function listModules(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(ROOT, folder))) {
    const path = join(folder, name);
    if (isDirectory) paths.push(...await listModules(path));
    else if (/\.[cm]?[jt]sx?$/.test(name)) paths.push(path);
  }
  return paths;
}

/**
 * Parses a module.
 *
 * @param text Its text.
 * @returns Its imports and names.
 */
export function parseSource(text: string): Source {
  const imports: string[] = [];
  const names = new Set<string>();
  const add = (node: { readonly type: string }) => {
    const { value } = node as { value?: unknown };
    imports.push(typeof value === "string" ? value : `${node.type}, computed`);
  };
  const visitor: Deno.lint.LintVisitor = {
    ImportDeclaration: ({ source }) => add(source),
    ExportAllDeclaration: ({ source }) => add(source),
    ExportNamedDeclaration: ({ source }) => source && add(source),
    ImportExpression: ({ source }) => add(source),
    TSImportType: ({ argument }) =>
      add(argument.type === "TSLiteralType" ? argument.literal : argument),
    Identifier({ name, range, parent }) {
      const isHere = (node: Deno.lint.Node) =>
        node.range[0] === range[0] && node.range[1] === range[1];
      if (parent.type === "MemberExpression") {
        const { object, property, computed } = parent;
        const key = computed || property.type !== "Identifier";
        if (isHere(object)) names.add(`${name}.${key ? "*" : property.name}`);
        else if (computed) names.add(name);
      } else if (parent.type === "TSQualifiedName") {
        if (isHere(parent.left)) names.add(`${name}.${parent.right.name}`);
      } else if (
        parent.type !== "Property" || parent.shorthand || !isHere(parent.key)
      ) names.add(name);
    },
    CallExpression({ callee, arguments: [first] }) {
      if (
        callee.type === "MemberExpression" &&
        callee.object.type === "MetaProperty" &&
        callee.property.type === "Identifier" &&
        callee.property.name === "resolve"
      ) add(first);
    },
  };
  Deno.lint.runPlugin(
    { name: "source", rules: { parse: { create: () => visitor } } },
    "source.ts",
    text,
  );
  return { imports, names };
}

/**
 * Finds the file that an import leads to.
 *
 * @param from Path of the importing file, from the top of the repository.
 * @param specifier Specifier of an import, starting with a dot.
 * @returns Path from the top of the repository.
 */
export function resolveImport(from: string, specifier: string): string {
  return relative(ROOT, resolve(ROOT, dirname(from), specifier));
}
