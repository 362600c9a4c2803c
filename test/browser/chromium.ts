import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";

/** The system's Chromium: `MADMAX_CHROMIUM`, or the first found on the path; none is brought. */
export function chromiumPath(): string | undefined {
  const names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
  const folders = (process.env.PATH ?? "").split(delimiter);
  const candidates = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return [process.env.MADMAX_CHROMIUM, ...candidates].find(
    (file): file is string => file !== undefined && existsSync(file),
  );
}

/** Why browser tests can't run here; false if they can. */
export const withoutBrowser: string | false =
  chromiumPath() === undefined ? "no Chromium on the path: name one in MADMAX_CHROMIUM" : false;

/** Starts the browser, with nothing of its own going to the network. */
export function launch(): Promise<Browser> {
  const quiet = ["background-networking", "component-update", "sync", "quic", "gpu"];
  return chromium.launch({
    executablePath: chromiumPath()!,
    args: ["--no-sandbox", "--no-first-run", ...quiet.map((name) => `--disable-${name}`)],
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
