export type { Elementwise, Formula } from "./Elementwise";
export { fuse } from "./fuse";
