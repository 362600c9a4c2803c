import { stripVTControlCharacters } from "node:util";

/** A text as it stands on a terminal in the end: without colours, and what was written over in a
 *  line, as progress is, gone. */
export function terminalText(text: string): string {
  return text.replace(/\r+\n/g, "\n").split("\n").map(lineOf).join("\n");
}

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: terminals are steered by them
/** What erases a line that is then written anew. */
const ERASED = /^.*(?:\u001b\[2K|\r\u001b\[0?K)/s;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: to here

function lineOf(line: string): string {
  const plain = stripVTControlCharacters(line.replace(ERASED, ""));
  if (!/[\r\b]/.test(plain)) return plain;
  const shown: string[] = [];
  let column = 0;
  for (const character of plain) {
    if (character === "\r") column = 0;
    else if (character === "\b") column = Math.max(0, column - 1);
    else shown[column++] = character;
  }
  return shown.join("");
}
