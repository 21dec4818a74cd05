/** Changes to one place of a JSON value, as text: what no program would write by itself is among them. */
import type { Dice } from './dice.ts'

export type Path = readonly (string | number)[]

/** Every place in a value, the value itself left out. */
export function placesIn(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return []
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value)
  return keys.flatMap((key) => [[...at, key], ...placesIn((value as Record<string | number, unknown>)[key], [...at, key])])
}

/** The field a place belongs to, whichever of several it is. */
export const fieldOf = (path: Path): string => path.map((key) => (typeof key === 'number' ? '[]' : key)).join('.')

const TOKEN = '@@here@@'

type Container = Record<string | number, unknown>

/** The text of `value` with what `write` makes of the member or item at `path` in its place; nothing if it makes none. */
function rewrite(value: unknown, path: Path, write: (found: unknown, key: string | number) => string | null): string {
  const copy = structuredClone(value) as Container
  const key = path.at(-1) ?? ''
  const parent = path.slice(0, -1).reduce<Container>((inner, step) => inner[step] as Container, copy)
  const text = write(parent[key], key)
  if (text === null) {
    if (Array.isArray(parent)) parent.splice(Number(key), 1)
    else delete parent[key]
  } else parent[key] = TOKEN
  return JSON.stringify(copy).replace(`"${TOKEN}"`, () => text ?? '')
}

const ANYTHING = [
  ...'null true false [] {} "" 0 -0 -1 1 1.5 1e999 -1e999 NaN Infinity 9007199254740992 9007199254740993 1e308 5e-324'.split(' '),
  ...String.raw`"x" "null" "__proto__" "\u0000" "\ud800" "é" 01 +1 .5 1. 0x10 'x' undefined /**/1 1e`.split(' '),
  '"\u0001"',
  '\ufeff1',
  '9'.repeat(5_000),
  '['.repeat(40) + ']'.repeat(40),
  JSON.stringify('x'.repeat(700)),
]

const NUMBERS = [
  ...[1 + 1e-12, 1 + 4e-10, 1 + 1e-8, 1 - 1e-8, 1.01, 0.5, 2, -1, 1e6, 1e-6].map((factor) => (value: number) => String(value * factor)),
  (value: number) => String(value + 1),
  (value: number) => String(value - 1),
  (value: number) => String(value + 0.5),
  (value: number) => `${value}e0`,
  (value: number) => (Number.isInteger(value) ? `${value}.0` : `${value}00`),
  (value: number) => JSON.stringify(String(value)),
] as const

const escapedFirst = (value: string): string => `"\\u${(value.charCodeAt(0) || 0).toString(16).padStart(4, '0')}${JSON.stringify(value.slice(1)).slice(1)}`
const swapAt = (value: string, at: number, character: string): string => value.slice(0, at) + character + value.slice(at + 1)

const TEXTS: readonly ((value: string, dice: Dice) => string)[] = [
  (value, dice) => swapAt(value, dice.below(value.length), dice.pick('0 a A z Z 9 - _ + / = . :'.split(' '))),
  (value) => value.toUpperCase(),
  (value) => value.toLowerCase(),
  (value) => `${value}\n`,
  (value) => ` ${value}`,
  (value) => `${value}=`,
  (value) => value.replace(/=+$/, ''),
  (value) => value.replaceAll('+', '-').replaceAll('/', '_'),
  (value) => value.slice(0, -1),
  (value) => value.slice(1),
  (value) => value + value,
  (value) => value.replace('Z', '+00:00'),
  (value) => value.replace('.000', ''),
  (value) => value.replace(/T\d\d/, 'T24'),
  (value) => value.replace(/-\d\dT/, '-31T').replace('-11-', '-02-'),
  (value) => value.replace(/:\d\d\./, ':60.'),
  (value) => value.replace(/^20\d\d/, '0000'),
  (value) => value.replace(/^20\d\d/, '+02026'),
  (value) => value.replace(/[0-9]/, '٣'),
  (value) => value.replace(/[a-z]/, 'ａ'),
  (value) => `${value}🜂`,
  (value) => `${value}\u0000`,
  (value) => '🜂'.repeat(value.length),
  // Base64 whose unused bits are not zero.
  (value) => value.replace(/.(=+)$/, (tail) => `${String.fromCharCode(tail.charCodeAt(0) + 1)}${tail.slice(1)}`),
]

const LISTS: readonly ((value: readonly unknown[]) => readonly unknown[])[] = [
  (value) => value.toReversed(),
  (value) => value.slice(1),
  (value) => value.slice(0, -1),
  (value) => [...value, value[0]],
  (value) => [value[0], ...value],
  () => [],
  (value) => Array.from({ length: 140 }, () => value[0]),
  (value) => [value],
]

const OBJECTS: readonly ((value: object) => unknown)[] = [
  (value) => Object.fromEntries(Object.entries(value).toReversed()),
  (value) => ({ ...value, extra: 1 }),
  (value) => [value],
  (value) => Object.values(value),
]

function asItsKind(value: unknown, dice: Dice): string {
  if (typeof value === 'number') return dice.pick(NUMBERS)(value)
  if (typeof value === 'string') return dice.maybe(0.05) ? escapedFirst(value) : JSON.stringify(dice.pick(TEXTS)(value, dice))
  if (typeof value === 'boolean') return String(!value)
  if (Array.isArray(value)) return JSON.stringify(dice.pick(LISTS)(value))
  return typeof value === 'object' && value !== null ? JSON.stringify(dice.pick(OBJECTS)(value)) : dice.pick(['0', '1', '""', '{}', '"x"'])
}

/** Around the member: twice, under an escaped name, followed by another, behind white space. */
function besides(text: string, key: string | number, dice: Dice): string {
  const name = JSON.stringify(String(key))
  const escaped = escapedFirst(String(key))
  if (typeof key === 'number') return dice.pick([`${text},${text}`, `${text},null`, ` ${text}`, `${text}\n`, `${text},`])
  return dice.pick([
    `${text},${name}:${text}`,
    `${text},${escaped}:${text}`,
    `${text},${name}:null`,
    `${text},"extra":0`,
    `${text},"__proto__":{}`,
    ` ${text}`,
    `${text}\t`,
    `${text},`,
  ])
}

/** The JSON text of `value` with something done to the place at `path`: always another text. */
export function editAt(value: unknown, path: Path, dice: Dice): string {
  const before = JSON.stringify(value)
  for (;;) {
    const text = rewrite(value, path, (found, key) => {
      const sort = dice.roll()
      if (sort < 0.1) return null
      if (sort < 0.3) return dice.pick(ANYTHING)
      return sort < 0.4 ? besides(JSON.stringify(found), key, dice) : asItsKind(found, dice)
    })
    if (text !== before) return text
  }
}
