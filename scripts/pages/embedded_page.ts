/**
 * Pages in one file, which run only the programs that were put into them.
 *
 * @module
 */

/** A page, and what it may do. */
export interface EmbeddedPage {
  /** HTML that holds the policy, too. */
  readonly html: string;
  /** The Content-Security-Policy, for a server to send. */
  readonly policy: string;
}

/** A tag that a part belongs into. */
const TAG = /(<(style|script) id="(\w+)"([^>]*)>)\s*(?=<\/)/g;

/**
 * Puts styles, programs and data into the tags of a page that have their names,
 * and a policy into its empty `<meta http-equiv="Content-Security-Policy">`:
 * the page loads nothing, and runs no script but these.
 *
 * @param page The page, HTML.
 * @param parts What goes into its tags, by their `id`.
 * @param options Whether its programs compile expressions, as Vega does.
 * @returns The page.
 *
 * @example
 * ```ts
 * import { embedParts } from "./embedded_page.ts";
 * const { html, policy } = await embedParts('<script id="program"></script>', {
 *   program: "alert(1)",
 * });
 * if (!html.includes(">alert(1)<")) throw new Error(html);
 * if (!policy.includes("script-src 'sha256-")) throw new Error(policy);
 * ```
 */
export async function embedParts(
  page: string,
  parts: Readonly<Record<string, string>>,
  { evaluates = false }: { readonly evaluates?: boolean } = {},
): Promise<EmbeddedPage> {
  const scripts: string[] = [];
  const filled = page.replaceAll(TAG, (_, tag, kind, name, attributes) => {
    if (kind === "style") return tag + parts[name];
    const script = parts[name].replaceAll(/<(?=\/script|!--)/gi, "\\x3c");
    if (!/ type="application\/json"/.test(attributes)) scripts.push(script);
    return tag + script;
  });
  const sources = [
    ...await Promise.all(scripts.map(hashOf)),
    ...(evaluates ? ["'unsafe-eval'"] : []),
  ];
  const policy = [
    "default-src 'none'",
    `script-src ${sources.join(" ")}`,
    // Vega and its tooltips set styles of their own.
    "style-src 'unsafe-inline'",
    "font-src data:",
    "img-src data: blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const html = filled.replace(
    /(http-equiv="Content-Security-Policy"\s+content=")(?=")/,
    (start) => start + policy,
  );
  return { html, policy };
}

/** Names a script in a policy. */
async function hashOf(script: string): Promise<string> {
  const bytes = new TextEncoder().encode(script);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return `'sha256-${new Uint8Array(digest).toBase64()}'`;
}
