/** The cells of a CSV file as RFC 4180 writes it, one after another; a line may end in CRLF or LF, and the last one in neither. Pure. */
export interface Cell {
  readonly text: string
  readonly endsRow: boolean
}

const QUOTE = '"'

/** Where a quoted cell that begins at `from` ends, behind its last quote, and what it says. */
function quoted(text: string, from: number): { readonly text: string; readonly end: number } {
  let said = ''
  for (let at = from + 1; ; ) {
    const close = text.indexOf(QUOTE, at)
    if (close === -1) return { text: said + text.slice(at), end: text.length }
    said += text.slice(at, close)
    if (text[close + 1] !== QUOTE) return { text: said, end: close + 1 }
    said += QUOTE
    at = close + 2
  }
}

const ENDS = /[,\n]/g

export function* cellsOf(text: string): Generator<Cell, undefined> {
  for (let at = 0; at < text.length; ) {
    const inQuotes = text[at] === QUOTE ? quoted(text, at) : null
    ENDS.lastIndex = inQuotes?.end ?? at
    const end = ENDS.exec(text)?.index ?? text.length
    const endsRow = text[end] !== ','
    // What follows a closing quote belongs to nothing; it is kept, so that it makes a difference.
    const rest = text.slice(inQuotes?.end ?? at, endsRow && text[end - 1] === '\r' ? end - 1 : end)
    yield { text: (inQuotes?.text ?? '') + rest, endsRow }
    at = end + 1
  }
  return undefined
}
