import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** The project's folder, seen from dist/test/installation. */
export const root = join(__dirname, "..", "..", "..");

/** Loads a module of scripts/setup: plain JavaScript, since it runs before anything is built. */
// biome-ignore lint/suspicious/noExplicitAny: these modules carry no types
export function setupModule(name: string): Promise<any> {
  return import(pathToFileURL(join(root, "scripts", "setup", `${name}.mjs`)).href);
}
