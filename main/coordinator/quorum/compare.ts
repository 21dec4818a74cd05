/** Whether two outputs of one job say the same, as its requester declared it. Pure. */
import { type Compare, MAX_COMPARED_BYTES } from '../../../shared/contract/quorum.ts'
import { cellsOf } from './csv-cells.ts'

type Tolerance = Extract<Compare, { kind: 'tolerance' }>
type Near = (a: number, b: number) => boolean

/** As Python's `math.isclose`, which does not care which of the two comes first; NaN is like NaN, since a masked value is one. */
export const isNear = (a: number, b: number, { absolute, relative }: Pick<Tolerance, 'absolute' | 'relative'>): boolean => {
  if (Object.is(a, b) || a === b) return true
  if (!Number.isFinite(a) || !Number.isFinite(b)) return false
  return Math.abs(a - b) <= Math.max(relative * Math.max(Math.abs(a), Math.abs(b)), absolute)
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

function sameFloats(a: Uint8Array, b: Uint8Array, near: Near): boolean {
  if (a.length !== b.length || a.length % 4 !== 0) return false
  const [left, right] = [new DataView(a.buffer, a.byteOffset, a.length), new DataView(b.buffer, b.byteOffset, b.length)]
  for (let at = 0; at < a.length; at += 4) if (!near(left.getFloat32(at, true), right.getFloat32(at, true))) return false
  return true
}

const textOf = (bytes: Uint8Array): string | null => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

function jsonOf(bytes: Uint8Array): { readonly value: unknown } | null {
  const text = textOf(bytes)
  try {
    return text === null ? null : { value: JSON.parse(text) }
  } catch {
    return null
  }
}

type Parts = Readonly<Record<string, unknown>>

const isWhole = (value: unknown): value is Parts => typeof value === 'object' && value !== null

/** Whether two values with parts are of one shape. */
function haveSameKeys(a: Parts, b: Parts): boolean {
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && a.length === b.length
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key))
}

/** Whether the parts of two values of one shape are the same, each with that in its place. */
function haveSameParts([a, b]: readonly [Parts, Parts], isSame: (one: unknown, other: unknown) => boolean): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.every((value, place) => isSame(value, b[place]))
  return Object.keys(a).every((key) => isSame(a[key], b[key]))
}

/** Not by recursion: a result may be nested as deeply as it likes. Nothing is made for a number or a word, of which there may be millions. */
function sameValues(a: unknown, b: unknown, near: Near): boolean {
  const open: (readonly [Parts, Parts])[] = []
  const isSame = (one: unknown, other: unknown): boolean => {
    if (typeof one === 'number' && typeof other === 'number') return near(one, other)
    if (!isWhole(one) || !isWhole(other)) return one === other
    open.push([one, other])
    return true
  }
  if (!isSame(a, b)) return false
  for (let pair = open.pop(); pair; pair = open.pop()) if (!haveSameKeys(...pair) || !haveSameParts(pair, isSame)) return false
  return true
}

function sameJson(a: Uint8Array, b: Uint8Array, near: Near): boolean {
  const [left, right] = [jsonOf(a), jsonOf(b)]
  return left !== null && right !== null && sameValues(left.value, right.value, near)
}

const NUMBER = /^\s*[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,4})?\s*$/

const sameCell = (a: string, b: string, near: Near): boolean => a === b || (NUMBER.test(a) && NUMBER.test(b) && near(Number(a), Number(b)))

function sameCsv(a: Uint8Array, b: Uint8Array, near: Near): boolean {
  const [left, right] = [textOf(a), textOf(b)]
  if (left === null || right === null) return false
  const [ours, theirs] = [cellsOf(left), cellsOf(right)]
  for (;;) {
    const [one, other] = [ours.next(), theirs.next()]
    if (one.done === true || other.done === true) return one.done === other.done
    if (one.value.endsRow !== other.value.endsRow || !sameCell(one.value.text, other.value.text, near)) return false
  }
}

const READERS = { 'float32-le': sameFloats, 'json-numbers': sameJson, csv: sameCsv } as const

/**
 * Whether two outputs agree. What is not of the declared form, or larger than {@link MAX_COMPARED_BYTES}, agrees only with the same bytes. Takes time in
 * proportion to the smaller of the two; never throws.
 */
export function sameOutput(a: Uint8Array, b: Uint8Array, compare: Compare): boolean {
  if (sameBytes(a, b)) return true
  if (compare.kind === 'exact' || Math.max(a.length, b.length) > MAX_COMPARED_BYTES) return false
  return READERS[compare.format](a, b, (one, other) => isNear(one, other, compare))
}
