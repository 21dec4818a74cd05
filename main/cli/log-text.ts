/** What a job wrote, as a terminal may show it. */

/** A job may not move the cursor, ring or recolour the terminal of whoever reads its log. */
const harmless = (text: string): string =>
  text
    .replaceAll(/\r+(?=\n)/g, '')
    .replaceAll('\r', '\n')
    .replaceAll(/[^\P{Cc}\n\t]|[\p{Cf}]/gu, '\u{FFFD}')

/**
 * Makes pieces of a log, cut anywhere, fit for where they go: the bytes as they are for a file or another program, and text without
 * control characters for a terminal.
 */
export function createLogText(isTerminal: boolean): (bytes: Uint8Array) => Uint8Array | string {
  const decoder = new TextDecoder()
  return (bytes) => (isTerminal ? harmless(decoder.decode(bytes, { stream: true })) : bytes)
}
