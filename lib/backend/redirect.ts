import Module from "node:module";
import { readRecord, requestedBackend } from "./record";

const NATIVE = "@tensorflow/tfjs-node";
type Resolve = (request: string, ...rest: unknown[]) => string;

/**
 * Where the native backend isn't the one in use, lets whoever requires `@tensorflow/tfjs-node`
 * (danfo.js does, at import) have plain `@tensorflow/tfjs` instead, which has the same interface.
 * Call it before such a module is loaded; where the backend is native it does nothing.
 */
export function redirectWhenNotNative(): void {
  const backend = requestedBackend() ?? readRecord()?.backend ?? "native";
  if (backend === "native") return;
  const loader = Module as unknown as { _resolveFilename: Resolve & { redirected?: boolean } };
  if (loader._resolveFilename.redirected) return;
  const original = loader._resolveFilename;
  const redirected: Resolve = (request, ...rest) =>
    original.call(Module, request === NATIVE ? "@tensorflow/tfjs" : request, ...rest);
  loader._resolveFilename = Object.assign(redirected, { redirected: true });
}
