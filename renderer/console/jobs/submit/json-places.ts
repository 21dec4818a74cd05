/** Where in a JSON text each of its values stands, and where it stops being JSON. */
export interface JsonPlaces {
  /** Line of the value at a path such as `limits.cpus`, or of what holds it; from 1. */
  readonly lineOf: (path: string) => number
  readonly error: { readonly line: number; readonly column: number; readonly message: string } | null
}

const STRING = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy
const OTHER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
const SPACE = /[ \t\r\n]*/y
/** Deeper than any job. */
const MAX_DEPTH = 24

class NotJson extends Error {
  readonly at: number
  constructor(at: number, message: string) {
    super(message)
    this.at = at
  }
}

/** Reads a JSON text (RFC 8259) for the places of its values. */
export function jsonPlaces(text: string): JsonPlaces {
  const places = new Map<string, number>()
  const linesTo = (at: number): number => text.slice(0, at).split('\n').length
  const lineOf = (path: string): number => {
    for (let held = path; held !== ''; held = held.includes('.') ? held.slice(0, held.lastIndexOf('.')) : '') {
      const at = places.get(held)
      if (at !== undefined) return linesTo(at)
    }
    return 1
  }
  try {
    walk(text, places)
    return { lineOf, error: null }
  } catch (error) {
    if (!(error instanceof NotJson)) throw error
    const before = text.slice(0, error.at)
    return { lineOf, error: { line: linesTo(error.at), column: error.at - before.lastIndexOf('\n'), message: error.message } }
  }
}

const pathTo = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`)

function walk(text: string, places: Map<string, number>): void {
  let at = 0
  const match = (shape: RegExp): string | null => {
    shape.lastIndex = at
    const found = shape.exec(text)?.[0] ?? null
    if (found !== null) at += found.length
    return found
  }
  const next = (): string => {
    match(SPACE)
    return text[at] ?? ''
  }
  const expect = (sign: string, message: string): void => {
    if (next() !== sign) throw new NotJson(at, message)
    at++
  }
  const several = (end: string, item: () => void): void => {
    at++
    if (next() === end) return void at++
    for (;;) {
      item()
      if (next() !== ',') return expect(end, `Here a comma or ${end} is missing.`)
      at++
    }
  }
  const member = (path: string, depth: number, seen: Set<string>): void => {
    next()
    const from = at
    const name = match(STRING)
    if (name === null) throw new NotJson(at, 'Here a name in double quotes is missing, or there is a comma too many.')
    const key = JSON.parse(name) as string
    if (seen.has(key)) throw new NotJson(from, `${name.slice(0, 80)} stands there twice.`)
    seen.add(key)
    expect(':', 'Here a colon is missing.')
    value(pathTo(path, key), depth)
  }
  const value = (path: string, depth: number): void => {
    const sign = next()
    places.set(path, at)
    if (depth > MAX_DEPTH) throw new NotJson(at, 'No job is nested that deep.')
    if (sign === '{') {
      const seen = new Set<string>()
      return several('}', () => member(path, depth + 1, seen))
    }
    if (sign === '[') {
      let index = 0
      return several(']', () => value(pathTo(path, String(index++)), depth + 1))
    }
    if (match(sign === '"' ? STRING : OTHER) === null)
      throw new NotJson(at, sign === '' ? 'The text ends too early.' : 'This is no value: text stands in double quotes.')
  }
  value('', 0)
  if (next() !== '') throw new NotJson(at, 'There is more behind the end of the job.')
}
