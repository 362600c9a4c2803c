import { StringDecoder } from "node:string_decoder";

type StreamName = "stdout" | "stderr";
type Send = (name: StreamName, text: string) => void;

// Text that is written in small pieces travels in larger ones, at least this often.
const PERIOD_MS = 50;

/** Sends what is written to stdout and stderr to the cell, in order, in few messages. */
export class OutputStreams {
  #send: Send = () => {};
  #name: StreamName = "stdout";
  #text = "";
  #last = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Takes over this process's stdout and stderr. */
  capture(): void {
    for (const name of ["stdout", "stderr"] as const) {
      // Bytes come in chunks that end anywhere: those of a character's beginning wait for the rest.
      const decoder = new StringDecoder("utf8");
      process[name].write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
        const encoding = typeof rest[0] === "string" ? (rest[0] as BufferEncoding) : "utf8";
        const text =
          typeof chunk === "string" && /^utf-?8$/i.test(encoding)
            ? decoder.end() + chunk
            : decoder.write(bytesOf(chunk, encoding));
        this.#write(name, text);
        const done = rest.find((argument) => typeof argument === "function");
        if (done !== undefined) process.nextTick(done as () => void);
        return true;
      };
    }
  }

  /** From here on text belongs to another cell. */
  direct(send: Send): void {
    this.flush();
    this.#send = send;
  }

  /** Sends what has been written so far: before anything else is shown, and at a cell's end. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#text === "") return;
    const text = this.#text;
    this.#text = "";
    this.#last = performance.now();
    this.#send(this.#name, text);
  }

  #write(name: StreamName, text: string): void {
    if (name !== this.#name) this.flush();
    this.#name = name;
    this.#text += text;
    // A loop that never yields can't be served by a timer.
    if (performance.now() - this.#last > PERIOD_MS) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), PERIOD_MS);
  }
}

function bytesOf(chunk: string | Uint8Array, encoding: BufferEncoding): Buffer {
  if (typeof chunk === "string") return Buffer.from(chunk, encoding);
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
