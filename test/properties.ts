/**
 * Seeded properties, for every test that states one.
 *
 * @module
 */

export * as fc from "npm:fast-check@4.10.2";
