/**
 * The part of ICU messages that Windfall's texts use: places, `number`, `plural` with `=n` and `#`, `select`, and quoting by apostrophes
 * (https://unicode-org.github.io/icu/userguide/format_parse/messages/). A whole implementation is a tenth of what the window may load first.
 */

type Node =
  | string
  | { readonly is: 'place'; readonly name: string }
  | { readonly is: 'number'; readonly name: string }
  | { readonly is: 'count' }
  | { readonly is: 'plural' | 'select'; readonly name: string; readonly cases: ReadonlyMap<string, Message> }
export type Message = readonly Node[]

interface Reader {
  readonly text: string
  at: number
}

const mistake = ({ text, at }: Reader): Error => new Error(`The message “${text}” is not one that can be read, at character ${at + 1}.`)

/** Reads a message. Error: plain, with the place, for what is no message or uses what is not supported. */
export function readMessage(text: string): Message {
  const reader = { text, at: 0 }
  const message = readUntilEnd(reader, false)
  if (reader.at < text.length) throw mistake(reader)
  return message
}

function readUntilEnd(reader: Reader, inPlural: boolean): Message {
  const nodes: Node[] = []
  let plain = ''
  const end = () => {
    if (plain !== '') nodes.push(plain)
    plain = ''
  }
  while (reader.at < reader.text.length) {
    const sign = reader.text[reader.at] ?? ''
    if (sign === '}') break
    if (sign === '{' || (sign === '#' && inPlural)) {
      end()
      nodes.push(sign === '{' ? readPlace(reader) : readCount(reader))
    } else if (sign === "'") plain += readApostrophe(reader, inPlural)
    else {
      plain += sign
      reader.at++
    }
  }
  end()
  return nodes
}

function readCount(reader: Reader): Node {
  reader.at++
  return { is: 'count' }
}

/** One that quotes nothing is itself. */
function readApostrophe(reader: Reader, inPlural: boolean): string {
  const next = reader.text[reader.at + 1] ?? ''
  if (next === "'") return ((reader.at += 2), "'")
  if (!['{', '}', ...(inPlural ? ['#'] : [])].includes(next)) return (reader.at++, "'")
  const close = reader.text.indexOf("'", reader.at + 1)
  const quoted = reader.text.slice(reader.at + 1, close === -1 ? undefined : close)
  reader.at = close === -1 ? reader.text.length : close + 1
  return quoted
}

const PLACE = /\{\s*(\w+)\s*(?:(\})|,\s*(number)\s*\}|,\s*(plural|select)\s*,)/y

function readPlace(reader: Reader): Node {
  PLACE.lastIndex = reader.at
  const found = PLACE.exec(reader.text)
  if (!found?.[1]) throw mistake(reader)
  const [whole, name, , number, kind] = found
  reader.at += whole.length
  if (kind === 'plural' || kind === 'select') return { is: kind, name, cases: readCases(reader, kind === 'plural') }
  return { is: number === undefined ? 'place' : 'number', name }
}

const CASE = /\s*(=\d+|\w+)\s*\{/y

function readCases(reader: Reader, inPlural: boolean): ReadonlyMap<string, Message> {
  const cases = new Map<string, Message>()
  for (;;) {
    CASE.lastIndex = reader.at
    const found = CASE.exec(reader.text)
    if (!found?.[1]) break
    reader.at += found[0].length
    cases.set(found[1], readUntilEnd(reader, inPlural))
    if (reader.text[reader.at++] !== '}') throw mistake(reader)
  }
  while (/\s/.test(reader.text[reader.at] ?? '')) reader.at++
  if (!cases.has('other') || reader.text[reader.at++] !== '}') throw mistake(reader)
  return cases
}

type Values<T> = Readonly<Record<string, T | string | number>>

/** The parts of a message with its places filled, texts joined. `region` is a BCP 47 tag. Error: plain, for a place without a value. */
export function fillMessage<T>(message: Message, region: string, values: Values<T>): readonly (T | string)[] {
  const parts: (T | string)[] = []
  const add = (part: T | string) => {
    const last = parts.at(-1)
    if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part
    else parts.push(part)
  }
  fill(message, { region, values, add, count: null })
  return parts
}

interface Filling<T> {
  readonly region: string
  readonly values: Values<T>
  readonly add: (part: T | string) => void
  /** What `#` stands for. */
  readonly count: number | null
}

function fill<T>(message: Message, filling: Filling<T>): void {
  const { region, add, count } = filling
  for (const node of message) {
    if (typeof node === 'string') add(node)
    else if (node.is === 'count') add(new Intl.NumberFormat(region).format(count ?? Number.NaN))
    else fillPlace(node, filling)
  }
}

function fillPlace<T>(node: Exclude<Node, string | { is: 'count' }>, filling: Filling<T>): void {
  const { region, values, add } = filling
  const value = values[node.name]
  if (value === undefined) throw new Error(`A text has a place “${node.name}” that nothing was given for.`)
  if (node.is === 'place') return add(typeof value === 'number' ? String(value) : value)
  if (node.is === 'number') return add(new Intl.NumberFormat(region).format(Number(value)))
  const other = node.cases.get('other') ?? []
  if (node.is === 'select') return fill(node.cases.get(String(value)) ?? other, filling)
  const count = Number(value)
  const chosen = node.cases.get(`=${count}`) ?? node.cases.get(new Intl.PluralRules(region).select(count)) ?? other
  fill(chosen, { ...filling, count })
}
