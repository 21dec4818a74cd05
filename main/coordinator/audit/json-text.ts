type Members = Readonly<Record<string, unknown>>

/** Neither a class's, such as a date, nor a list. */
const isRecord = (value: unknown): value is Members => {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Whether `JSON.stringify`, which is much faster, writes exactly this. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
  if (typeof value !== 'object') return typeof value === 'string' || typeof value === 'boolean'
  return value === null || (Array.isArray(value) ? value.every(isPlain) : hasPlainMembers(value))
}

function hasPlainMembers(value: object): boolean {
  if (!isRecord(value)) return false
  for (const name in value) {
    const member = value[name]
    if (member !== undefined && !isPlain(member)) return false
  }
  return true
}

/**
 * A value as the JSON text that is hashed and kept: what is read from it is the value again, members in their order and `-0` included, because
 * a sum over members depends on their order in its last bit. Members without a value are left out. Throws `RangeError` for what JSON cannot
 * say, such as `NaN`, which `JSON.stringify` would turn into something else.
 */
export function jsonText(value: unknown): string {
  if (isPlain(value)) return JSON.stringify(value)
  if (Object.is(value, -0)) return '-0'
  if (Array.isArray(value)) return `[${Array.from(value, (item: unknown) => jsonText(item)).join(',')}]`
  if (!isRecord(value)) throw new RangeError(`a decision cannot hold ${typeof value === 'number' ? value : `a value of the type ${typeof value}`}`)
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${jsonText(member)}`).join(',')}}`
}
