import { WindfallError } from '../../../shared/errors.ts'

/** What any call takes is a fraction of this deep; what is deeper would be walked by calling oneself, until the stack is full. */
const MAX_DEPTH = 32
/** Values, elements and members. The largest call brings ten thousand rows of parameters. */
const MAX_PARTS = 1_000_000

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const COMMA = 0x2c
const BRACE = 0x7b
const isOpening = (byte: number): boolean => byte === BRACE || byte === 0x5b
const isClosing = (byte: number): boolean => byte === 0x7d || byte === 0x5d

// Bytes that are not UTF-8 would grow threefold as replacement characters and slip past every limit on size.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const refused = (what: string, cause?: unknown): WindfallError => new WindfallError('input.invalid', what, { cause })

/** Where the text that begins at the quote `from` ends: at its closing quote, or at the end of everything. */
function endOfText(bytes: Buffer, from: number): number {
  for (let quote = bytes.indexOf(QUOTE, from + 1); quote !== -1; quote = bytes.indexOf(QUOTE, quote + 1)) {
    let slashes = 0
    while (bytes[quote - 1 - slashes] === BACKSLASH) slashes += 1
    if (slashes % 2 === 0) return quote
  }
  return bytes.length
}

/** A name as the parser will read it, so that no way of writing it hides it. What is no text is left for the parser to refuse. */
function readName(bytes: Buffer, from: number, to: number): string {
  const text = bytes.toString('utf8', from, to + 1)
  try {
    return text.includes('\\') ? String(JSON.parse(text)) : text.slice(1, -1)
  } catch (error) {
    throw refused('The body is not JSON.', error)
  }
}

function addName(names: Set<string> | null | undefined, name: string): void {
  if (name === '__proto__') throw refused('No field is named “__proto__”.')
  if (names?.has(name)) throw refused(`The field “${name.slice(0, 80)}” comes twice. Send it once.`)
  names?.add(name)
}

/** Looks over JSON before it is parsed, skipping its texts. Of what is no JSON it says nothing. */
function checkShape(bytes: Buffer): void {
  // The names of each object that is open; a list has none.
  const open: (Set<string> | null)[] = []
  // The last text that no colon has followed yet: each is read as a name once at most, however many colons there are.
  let text: readonly [from: number, to: number] | null = null
  let parts = 0
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte === QUOTE) {
      const end = endOfText(bytes, at)
      text = [at, end]
      at = end
    } else if (isOpening(byte)) {
      if (open.length >= MAX_DEPTH) throw refused(`The body is nested more than ${MAX_DEPTH} deep.`)
      open.push(byte === BRACE ? new Set() : null)
    } else if (isClosing(byte)) open.pop()
    else if (byte === COLON && text) {
      addName(open.at(-1), readName(bytes, ...text))
      text = null
    }
    if (byte === COMMA || isOpening(byte)) parts += 1
    if (parts > MAX_PARTS) throw refused('The body has more parts than any call takes.')
  }
}

/** Parses a body from outside: UTF-8, not too deep, no name twice in one object, none that reaches a prototype. Error: `input.invalid`. */
export function readJsonBody(bytes: Buffer): unknown {
  checkShape(bytes)
  try {
    return JSON.parse(utf8.decode(bytes)) as unknown
  } catch (error) {
    throw refused('The body is not JSON.', error)
  }
}
