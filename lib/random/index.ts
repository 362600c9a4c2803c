export { Random, random } from "./Random";
