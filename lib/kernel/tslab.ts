import { readFileSync } from "node:fs";
import { insert } from "./edits";
import { withoutExports } from "./exported";
import { loopsByAwait } from "./forAwait";
import { withNodeLibrary } from "./nodeLibrary";
import { expandShorthand } from "./shorthand";
import { annotations, isUnnameable } from "./unnameable";
import { withoutValueOfWrite } from "./writeStatement";

/** The version of tslab whose inner workings are relied on here. */
const TESTED = "1.0.22";

/** One complaint of the TypeScript compiler. */
export interface Diagnostic {
  /** The file, if not the cell itself but one that it imports; else empty. */
  file: string;
  line: number;
  column: number;
  message: string;
}

/** tslab's executor: compiles a cell and runs it; reports to the console it was given. */
export interface Executor {
  execute(code: string): Promise<boolean>;
  interrupt(): void;
  close(): void;
}

/** What the executor reports to: results to `log`; errors and diagnostics to `error`. */
export interface ExecutorConsole {
  log(value: unknown): void;
  error(...args: unknown[]): void;
}

/** A signed Jupyter message, as tslab holds it. */
export interface Message {
  header: { msg_type: string };
  // biome-ignore lint/suspicious/noExplicitAny: what it holds depends on the type of the message
  content: any;
  createReply(): Message;
  signAndSend(key: string, socket: Socket): void;
}

/** One of the five ZeroMQ sockets. */
export interface Socket {
  sendHighWaterMark: number;
  sendTimeout: number;
  bindSync(address: string): void;
  send(frames: (string | Buffer)[]): Promise<void>;
}

/** What a cell shows: one thing in several forms. */
export interface DisplayData {
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
  transient: { display_id?: string };
}

/** Shows something in the cell's output, or updates what was shown under the same display_id. */
export type WriteDisplayData = (data: DisplayData, update: boolean) => void;

/** The parts of tslab's Jupyter server that the subclass here calls or replaces. */
export interface ServerBase {
  handler: {
    handleKernel(): KernelInfo;
    handleComplete(request: Place): { cursor_start: number; cursor_end: number };
    handleInspect(request: Place): object;
    handleShutdown(request: unknown): unknown;
  };
  connInfo: { key: string; transport: string; ip: string };
  iopub: Socket;
  init(): Promise<void>;
  bindSocket(socket: Socket, port: number): Promise<void>;
  close(): void;
  publishStatus(status: string, parent: Message): void;
  handleShellMessage(socket: Socket, ...frames: Buffer[]): Promise<void>;
  handleExecute(socket: Socket, message: Message): Promise<void>;
  handleComplete(socket: Socket, message: Message): void;
  handleInspect(socket: Socket, message: Message): void;
  handleCommInfoRequest(socket: Socket, message: Message): void;
  handleKernelInfo(socket: Socket, message: Message): void;
  handleShutdown(socket: Socket, message: Message): void;
}

/** A place in a cell that is being written, for tslab in UTF-16 units. */
export interface Place {
  code: string;
  cursor_pos: number;
}

/** What the kernel says of itself. */
export interface KernelInfo {
  implementation: string;
  implementation_version: string;
  language_info: Record<string, unknown>;
  banner: string;
}

interface Jupyter {
  lastWriteDisplayData: WriteDisplayData | null;
  ZmqServer: new (handler: unknown, connectionFile: string) => ServerBase;
  JupyterHandlerImpl: new (executor: Executor, isJavaScript: boolean) => ServerBase["handler"];
}

const { version } = JSON.parse(readFileSync(require.resolve("tslab/package.json"), "utf8")) as {
  version: string;
};
if (version !== TESTED) {
  throw new Error(`The madmax kernel knows tslab ${TESTED}, found ${version}: run npm ci.`);
}

const jupyter = require("tslab/dist/jupyter") as Jupyter;

export const { ZmqServer, JupyterHandlerImpl } = jupyter;

/** The version of TypeScript that compiles the cells. */
export const TYPESCRIPT_VERSION: string = require("@tslab/typescript-for-tslab").version;

/** Tells tslab, and whoever asks it, how the cell that now runs shows things. */
export function setDisplay(write: WriteDisplayData): void {
  jupyter.lastWriteDisplayData = write;
}

interface Position {
  offset: number;
  line: number;
  character: number;
}

interface Converted {
  // Several diagnostics may share one position.
  diagnostics: { start: Position; code: number; fileName?: string }[];
  hasToplevelAwait: boolean;
}

interface Converter {
  convert(declarations: string, code: string): Converted;
  close(): void;
}

/** An executor for cells that import from `root`; warms the compiler up. */
export function createExecutor(root: string, console: ExecutorConsole): Executor {
  const { createConverter } = require("tslab/dist/converter") as {
    createConverter(options: { isJS: boolean; isBrowser: boolean }): Converter;
  };
  const node = mended(withNodeLibrary(() => createConverter({ isJS: false, isBrowser: false })));
  const converters = {
    node,
    get browser(): never {
      throw new Error("cells for the browser are not supported by this kernel");
    },
    close: () => node.close(),
  };
  const executor = require("tslab/dist/executor") as {
    createExecutor(root: string, converters: object, console: ExecutorConsole): Executor;
  };
  return executor.createExecutor(root, converters, console);
}

/**
 * A converter that takes shorthand properties, the word `export`, names whose type can't be written
 * down, cells that only wait in a `for await`, and shows no value of a last `process.stdout.write`.
 */
function mended(converter: Converter): Converter {
  return {
    ...converter,
    convert(declarations, code) {
      const expanded = expandShorthand(withoutValueOfWrite(withoutExports(code)));
      const checked = converter.convert(declarations, expanded.code);
      const result = annotated(converter, declarations, expanded.code, checked) ?? checked;
      const diagnostics = result.diagnostics.map((diagnostic) => {
        if (diagnostic.fileName !== undefined) return diagnostic;
        const offset = expanded.originalOffset(diagnostic.start.offset);
        const before = code.slice(0, offset).split("\n");
        const start = { offset, line: before.length - 1, character: before.at(-1)!.length };
        return { ...diagnostic, start };
      });
      const hasToplevelAwait = result.hasToplevelAwait || loopsByAwait(code);
      return { ...result, diagnostics, hasToplevelAwait };
    },
  };
}

/**
 * What becomes of a cell whose only fault is that some inferred types can't be written down: with
 * types that can. The cell itself was checked with those inferred; later cells see the others.
 */
function annotated(
  converter: Converter,
  declarations: string,
  code: string,
  { diagnostics }: Converted,
): Converted | undefined {
  const unnameable = diagnostics.every(
    (diagnostic) => diagnostic.fileName === undefined && isUnnameable(diagnostic.code),
  );
  if (diagnostics.length === 0 || !unnameable) return undefined;
  const added = annotations(
    code,
    diagnostics.map(({ start }) => start.offset),
  );
  if (added === undefined) return undefined;
  const result = converter.convert(declarations, insert(code, added).code);
  return result.diagnostics.length === 0 ? result : undefined;
}
