import { setTimeout as sleep } from "node:timers/promises";
import type { CellFailure } from "./CellFailure";
import type { CellRunner } from "./CellRunner";
import { codePointsOf, unitsOf } from "./codePoints";
import { OutputStreams } from "./OutputStreams";
import {
  JupyterHandlerImpl,
  type Message,
  type Place,
  type Socket,
  setDisplay,
  TYPESCRIPT_VERSION,
  ZmqServer,
} from "./tslab";

const DELIMITER = Buffer.from("<IDS|MSG>");

/**
 * tslab's Jupyter server with the parts of the protocol that it leaves out: `execute_input`,
 * `error`, cells that are run in turn, and aborted only if they were waiting when one failed.
 */
export class KernelServer extends ZmqServer {
  readonly #streams = new OutputStreams();
  readonly #runner: CellRunner;
  #count = 0;
  // Requests are numbered as they arrive; those up to #aborted get no turn.
  #arrived = 0;
  #current = 0;
  #aborted = 0;
  #turn: Promise<void> = Promise.resolve();
  #lastCell: Message | undefined;
  // Failures that are to be seen under that cell already.
  #shown = new Set<CellFailure>();

  constructor(runner: CellRunner, connectionFile: string) {
    super(new JupyterHandlerImpl(runner.executor, false), connectionFile);
    this.#runner = runner;
  }

  override async init(): Promise<void> {
    await super.init();
    this.#streams.capture();
  }

  // At once: tslab binds in another thread while it listens already. A request that comes meanwhile
  // can't be answered, or goes unnoticed with all that come after it.
  override async bindSocket(socket: Socket, port: number): Promise<void> {
    if (socket === this.iopub) {
      // The default drops what a loop shows faster than the front end takes it. Connections take
      // it over from the socket as it was when it was bound.
      socket.sendHighWaterMark = 0;
      // Left as it is, every 513th message waits for the event loop, and one right behind it is refused.
      socket.sendTimeout = 0;
    }
    const { transport, ip } = this.connInfo;
    socket.bindSync(`${transport}://${ip}:${port}`);
  }

  /** A failure outside any cell: shown at once under the cell that ran last, and kept for the next. */
  stray(error: unknown, origin: string): void {
    const failure = this.#runner.stray(error, origin);
    if (this.#lastCell !== undefined) this.#publishError(this.#lastCell, failure);
  }

  override async handleShellMessage(socket: Socket, ...frames: Buffer[]): Promise<void> {
    const handle = () => super.handleShellMessage(socket, ...frames);
    try {
      if (messageType(frames) !== "execute_request") return await handle();
      const number = ++this.#arrived;
      const turn = this.#turn.then(() => {
        this.#current = number;
        return handle();
      });
      this.#turn = turn.catch(() => {}); // told of below, and no concern of the next cell
      await turn;
    } catch (error) {
      // A message that can't be read or answered is no cell's failure.
      process.stderr.write(`madmax kernel: ${error instanceof Error ? error.stack : error}\n`);
    }
  }

  override async handleExecute(socket: Socket, message: Message): Promise<void> {
    const { code, silent = false, stop_on_error: stopOnError = true } = message.content;
    if (this.#current <= this.#aborted) {
      this.#send(message, "execute_reply", { status: "aborted" }, socket);
      return;
    }
    if (!silent) {
      this.#count++;
      this.#send(message, "execute_input", { code, execution_count: this.#count });
    }
    this.#directOutput(message);
    const failure = await this.#runner.run(code);
    this.#streams.flush();
    const reply = { execution_count: this.#count, user_expressions: {}, payload: [] };
    if (failure === undefined) {
      this.#send(message, "execute_reply", { status: "ok", ...reply }, socket);
      return;
    }
    if (!this.#shown.has(failure)) this.#publishError(message, failure);
    if (stopOnError) await this.#abortWaiting();
    this.#send(message, "execute_reply", { status: "error", ...failure, ...reply }, socket);
  }

  // Requests that the front end sent before it heard of the failure may still be in the socket,
  // since a cell that never yields keeps it from being read. Nothing that is sent after the reply
  // can be among them.
  async #abortWaiting(): Promise<void> {
    await sleep(20);
    this.#aborted = this.#arrived;
  }

  #directOutput(message: Message): void {
    this.#lastCell = message;
    this.#shown.clear();
    this.#streams.direct((name, text) => this.#send(message, "stream", { name, text }));
    setDisplay((data, update) => {
      this.#streams.flush();
      this.#send(message, update ? "update_display_data" : "display_data", data);
    });
  }

  #publishError(parent: Message, failure: CellFailure): void {
    const { ename, evalue, traceback } = failure;
    this.#shown.add(failure);
    this.#streams.flush();
    this.#send(parent, "error", { ename, evalue, traceback });
  }

  override handleComplete(socket: Socket, message: Message): void {
    const { code } = message.content;
    const reply = this.handler.handleComplete(inUnits(message.content));
    const cursor_start = codePointsOf(code, reply.cursor_start);
    const cursor_end = codePointsOf(code, reply.cursor_end);
    this.#send(message, "complete_reply", { ...reply, cursor_start, cursor_end }, socket);
  }

  override handleInspect(socket: Socket, message: Message): void {
    const reply = this.handler.handleInspect(inUnits(message.content));
    this.#send(message, "inspect_reply", reply, socket);
  }

  override handleKernelInfo(socket: Socket, message: Message): void {
    const info = this.handler.handleKernel();
    const language_info = { ...info.language_info, version: TYPESCRIPT_VERSION };
    this.#send(message, "kernel_info_reply", { status: "ok", ...info, language_info }, socket);
  }

  override handleCommInfoRequest(socket: Socket, message: Message): void {
    this.#send(message, "comm_info_reply", { status: "ok", comms: {} }, socket);
  }

  override handleShutdown(socket: Socket, message: Message): void {
    const { restart = false } = message.content;
    this.#send(message, "shutdown_reply", { status: "ok", restart }, socket);
  }

  override close(): void {
    // Timers of cells would keep the process alive; the reply needs a moment to leave.
    setTimeout(() => process.exit(0), 100);
    super.close();
  }

  #send(parent: Message, type: string, content: object, socket: Socket = this.iopub): void {
    const message = parent.createReply();
    message.header.msg_type = type;
    message.content = content;
    message.signAndSend(this.connInfo.key, socket);
  }
}

const inUnits = ({ code, cursor_pos }: Place): Place => ({
  code,
  cursor_pos: unitsOf(code, cursor_pos),
});

function messageType(frames: Buffer[]): string {
  const delimiter = frames.findIndex((frame) => frame.equals(DELIMITER));
  const header = JSON.parse(String(frames[delimiter + 2])) as { msg_type: string };
  return header.msg_type;
}
