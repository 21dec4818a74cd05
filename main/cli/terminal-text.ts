/** What others have written, as a terminal may show it: their names and messages do not move the cursor, set the title, fill the clipboard or turn text around. */

/** Control characters but line feeds and tabs, what changes the direction of text, and what some take for the end of a line. */
const UNSAFE = /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]/gu
const ESCAPE = String.fromCodePoint(27)
/** A line of a QR code with its colours, which are all that Windfall uses: nobody else’s text is shown in them. */
const OURS = new RegExp(`(${ESCAPE}\\[30;107m[ ▀▄█]*${ESCAPE}\\[0m)`)

/** Lines for people. */
export const forTerminal = (text: string): string =>
  text
    .split(OURS)
    .map((part) => (OURS.test(part) ? part : part.replaceAll(UNSAFE, '\u{FFFD}')))
    .join('')

/** What has its place in one line. */
export const inOneLine = (text: string): string => text.replaceAll(/[\n\t]+/g, ' ')

/** JSON that says the same. */
export const jsonForTerminal = (value: unknown): string =>
  JSON.stringify(value).replaceAll(UNSAFE, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)
