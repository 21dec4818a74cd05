import { Compare, type Quorum } from '../../shared/contract/quorum.ts'
import { WindfallError } from '../../shared/errors.ts'

const HINT = 'Give what the output is and how far numbers may differ, such as json-numbers:1e-6, csv:relative=1e-6,absolute=0.01 or float32-le:1e-5.'

const refuse = (text: string): never => {
  throw new WindfallError('input.invalid', `“${text}” is no tolerance. ${HINT}`)
}

/** `json-numbers:1e-6`, or `csv:relative=1e-6,absolute=0.01`; a bare number is the relative one. Error: `input.invalid`. */
export function parseTolerance(text: string): Compare {
  const [, format, bounds = ''] = /^([a-z0-9-]+):(.+)$/.exec(text.trim()) ?? refuse(text)
  const named = bounds.split(',').map((bound) => /^(?:(relative|absolute)=)?(\d*\.?\d+(?:e-?\d{1,3})?)$/i.exec(bound.trim()) ?? refuse(text))
  const given = new Map(named.map(([, name = 'relative', value]) => [name, Number(value)]))
  if (given.size !== named.length) return refuse(text)
  const read = Compare.safeParse({ kind: 'tolerance', format, relative: given.get('relative') ?? 0, absolute: given.get('absolute') ?? 0 })
  return read.success ? read.data : refuse(text)
}

/** What `--results` and `--tolerance` say of how a result is made sure of; nothing without either. */
export function quorumOf(
  { results, tolerance }: { readonly results?: number | undefined; readonly tolerance?: string | undefined },
  given: Quorum | undefined,
): { readonly quorum?: Quorum } {
  if (results === undefined && tolerance === undefined) return {}
  const compare = tolerance === undefined ? (given?.compare ?? { kind: 'exact' }) : parseTolerance(tolerance)
  return { quorum: { ...given, results: results ?? given?.results ?? 1, compare } }
}
