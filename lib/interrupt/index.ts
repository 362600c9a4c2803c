export { type Interruption, interrupt, interruption } from "./Interruption";
