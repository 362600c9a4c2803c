// The set-up as the scripts start it: an error is one message for the reader, not a stack.
import { SetupError, setup } from "./index.mjs";

/** Sets up whatever is missing; on failure says why and ends the process with code 1. */
export async function setupOrExit() {
  try {
    await setup();
  } catch (error) {
    console.error(error instanceof SetupError ? error.message : error);
    process.exit(1);
  }
}
