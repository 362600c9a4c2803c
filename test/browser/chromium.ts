import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { type BrowserProgram, npmChromium, npmChromiumRuns } from "./npmChromium";

/** The system's Chromium: `MADMAX_CHROMIUM`, or else the first found on the path. */
function systemChromium(): string | undefined {
  const named = process.env.MADMAX_CHROMIUM;
  if (named !== undefined && named !== "") {
    if (existsSync(named)) return named;
    throw new Error(`MADMAX_CHROMIUM names ${named}, where there is no file`);
  }
  const names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(existsSync);
}

/** Why browser tests can't run here; false if they can. */
export const withoutBrowser: string | false =
  systemChromium() === undefined && !npmChromiumRuns
    ? "no Chromium on the path, and none in npm for this machine: name one in MADMAX_CHROMIUM"
    : false;

/** Starts the system's browser or else that of npm, with nothing of its own going to the network. */
export async function launch(): Promise<Browser> {
  const system = systemChromium();
  const program: BrowserProgram =
    system === undefined
      ? await npmChromium()
      : { executablePath: system, env: process.env, args: ["--disable-gpu"] };
  const quiet = ["background-networking", "component-update", "sync", "quic"];
  return chromium.launch({
    ...program,
    args: [
      ...program.args,
      "--no-sandbox",
      "--no-first-run",
      ...quiet.map((name) => `--disable-${name}`),
    ],
  });
}

/** Notes what a page asks of the network and complains of. */
export function watch(page: Page): { requests: string[]; complaints: string[] } {
  const [requests, complaints]: [string[], string[]] = [[], []];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return { requests, complaints };
}
