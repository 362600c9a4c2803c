/** Text as SVG holds it. */
export const escaped = (text: string): string =>
  text.replace(/[&<>]/g, (character) => `&#${character.codePointAt(0)};`);
