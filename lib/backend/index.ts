export { restoreNodeUtil } from "./nodeCompat";
export type { BackendName } from "./record";
export { redirectWhenNotNative } from "./redirect";
export { BackendReport, useBackend } from "./useBackend";
