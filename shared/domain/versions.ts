/** Version numbers of releases: Semantic Versioning 2.0.0 without build metadata, which has no order. https://semver.org/spec/v2.0.0.html */
import { z } from 'zod'

const CORE = /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})(?:-([0-9A-Za-z.-]{1,64}))?$/
const IDENTIFIER = /^(?:0|[1-9]\d{0,14}|\d*[A-Za-z-][0-9A-Za-z-]*)$/

interface Parts {
  readonly core: readonly number[]
  /** Of a pre-release, such as `['beta', '2']`; empty for a release. */
  readonly pre: readonly string[]
}

function partsOf(version: string): Parts | null {
  const found = CORE.exec(version)
  if (!found) return null
  const pre = found[4]?.split('.') ?? []
  return pre.every((identifier) => IDENTIFIER.test(identifier)) ? { core: found.slice(1, 4).map(Number), pre } : null
}

/** Is this a version that {@link compareVersions} can place? */
export const isVersion = (text: string): boolean => partsOf(text) !== null

export const Version = z.string().max(96).refine(isVersion, 'expected a version such as 1.4.0 or 1.4.0-beta.2')

const isNumber = (identifier: string): boolean => /^\d+$/.test(identifier)

/** §11.4: numbers by value, below words; words by ASCII; fewer identifiers first. */
function compareIdentifiers(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1
  if (isNumber(a) && isNumber(b)) return Number(a) - Number(b)
  if (isNumber(a) !== isNumber(b)) return isNumber(a) ? -1 : 1
  return a < b ? -1 : 1
}

function comparePre(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const order = compareIdentifiers(a[at], b[at])
    if (order !== 0) return order
  }
  return 0
}

/** Negative if `a` comes before `b`, 0 if they are the same, positive if it comes after. Error: `RangeError` for what is no version. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)]
  if (!left || !right) throw new RangeError(`“${left ? b : a}” is not a version`)
  const core = left.core.map((number, at) => number - (right.core[at] ?? 0)).find((difference) => difference !== 0)
  return core ?? comparePre(left.pre, right.pre)
}
