// Says what the set-up does: one line a step, alive while it takes long; everything else in a log.
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Lines for the reader on stderr, all the rest in a log. */
export class Report {
  #stream = process.stderr;
  #file;

  /** Starts a new log in the given file. */
  logTo(file) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "");
    this.#file = file;
  }

  /** Writes to the log, once there is one. */
  log = (text) => {
    if (this.#file !== undefined) appendFileSync(this.#file, text);
  };

  /** One line for the reader. */
  say = (text) => {
    this.#stream.write(`${this.#stream.isTTY ? "\r\x1b[K" : ""}${text}\n`);
    this.log(`${text}\n`);
  };

  /** Runs one step (one that returns false has said itself why it failed), and says how long it has taken while it runs: each second on a terminal,
   *  three times a minute elsewhere. */
  async step(title, work) {
    const start = Date.now();
    const seconds = () => `${Math.round((Date.now() - start) / 1000)} s`;
    const terminal = this.#stream.isTTY;
    if (!terminal) this.say(`${title} …`);
    const alive = () =>
      terminal
        ? this.#stream.write(`\r\x1b[K${title} … ${seconds()}`)
        : this.say(`  still at it after ${seconds()}`);
    const timer = setInterval(alive, terminal ? 1000 : 20_000);
    try {
      const result = await work();
      if (result !== false) this.say(`${terminal ? `${title}: ` : "  "}done in ${seconds()}`);
      return result;
    } finally {
      clearInterval(timer);
    }
  }
}
