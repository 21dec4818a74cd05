/** How the Transparency Platform is asked. Times are epoch milliseconds, stretches half-open. */
import { WindfallError } from '../../../../shared/errors.ts'
import { toIso } from '../../../../shared/units.ts'
import type { HttpAnswer } from '../../../kernel/http-client.ts'
import { partsOf } from '../live-signal.ts'
import { type ProviderApi, ask, refusalOf, withQuery } from '../provider-answer.ts'
import { type TimeSeries, documentIn, reasonIn } from './entsoe-body.ts'

const HOUR_MS = 3_600_000
const LONGEST_MS = 96 * HOUR_MS

interface EntsoeApi extends ProviderApi {
  /** Travels in the address and appears nowhere else. */
  readonly key: string
}

/** What one or several documents tell. */
export interface Read {
  readonly series: readonly TimeSeries[]
  readonly createdAt: readonly (number | undefined)[]
  readonly answers: readonly HttpAnswer[]
}

export interface Stretch {
  readonly from: number
  readonly to: number
}

export type Parameters = Readonly<Record<string, string>>
/** What is told about a stretch, or `null` where the platform has nothing. Errors as `GridProvider.read`. */
export type Ask = (parameters: Parameters, span: Stretch, abort: AbortSignal) => Promise<Read | null>

const stamp = (at: number): string => toIso(at).replaceAll(/\D/g, '').slice(0, 12)

/** A reason may repeat the address that it is about. */
const without = (key: string, text: string): string => text.replaceAll(key, '…').replaceAll(encodeURIComponent(key), '…')

/** One document, or `null` for an acknowledgement that there is none. */
async function readDocument(api: EntsoeApi, parameters: Parameters, abort: AbortSignal): Promise<Read | null> {
  const answer = await ask(api, withQuery('/api', { securityToken: api.key, ...parameters }), abort)
  const reason = answer.status === 200 || answer.status === 400 ? reasonIn(answer) : null
  if (reason !== null && /no matching data found/i.test(reason)) return null
  if (reason !== null) throw new WindfallError('input.invalid', `${api.name} does not accept the request: ${without(api.key, reason).slice(0, 200)}`)
  if (answer.status !== 200) throw refusalOf(api, answer)
  const { TimeSeries: series, createdDateTime: createdAt } = documentIn(answer)
  return { series, createdAt: [createdAt], answers: [answer] }
}

/** A stretch is asked for in pieces whose documents take no noticeable time to read. */
export function asker(api: EntsoeApi): Ask {
  return async (parameters, { from, to }, abort) => {
    const reads: Read[] = []
    for (const part of partsOf({ from: Math.floor(from / HOUR_MS) * HOUR_MS, to: Math.ceil(to / HOUR_MS) * HOUR_MS }, LONGEST_MS)) {
      const read = await readDocument(api, { ...parameters, periodStart: stamp(part.from), periodEnd: stamp(part.to) }, abort)
      if (read) reads.push(read)
    }
    return reads.length === 0
      ? null
      : {
          series: reads.flatMap(({ series }) => series),
          createdAt: reads.flatMap(({ createdAt }) => createdAt),
          answers: reads.flatMap(({ answers }) => answers),
        }
  }
}
