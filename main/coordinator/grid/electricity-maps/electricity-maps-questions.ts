import { WindfallError } from '../../../../shared/errors.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { HttpAnswer, HttpClient } from '../../../kernel/http-client.ts'
import { createPlanLimits } from '../plan-limits.ts'
import { type ProviderApi, ask, readJson, withQuery } from '../provider-answer.ts'
import { type HourRow, HoursBody, saidByElectricityMaps } from './electricity-maps-body.ts'

export const NAME = 'Electricity Maps'

export type Kind = 'average' | 'renewableShare'
const PATHS: Readonly<Record<Kind, string>> = { average: '/carbon-intensity', renewableShare: '/power-breakdown' }
export const isKind = (kind: string): kind is Kind => kind in PATHS

/** What costs money, in words that finish “Your plan does not include …”. */
export type PaidFeature = 'forecasts' | 'values older than a day'

export interface Page {
  readonly answer: HttpAnswer
  readonly issuedAt: readonly (number | null | undefined)[]
  readonly rows: readonly HourRow[]
  readonly forecast: boolean
}

export interface Asked {
  readonly kind: Kind
  /** As Electricity Maps calls it. */
  readonly zone: string
  readonly abort: AbortSignal
}

interface QuestionDeps {
  readonly http: HttpClient
  readonly clock: Pick<Clock, 'now'>
  readonly key: string
  readonly emissionFactorType: 'lifecycle' | 'direct'
  readonly baseUrl: string
}

/** Questions with a key. Errors as `GridProvider.read`. */
export function createQuestions({ http, clock, key, emissionFactorType, baseUrl }: QuestionDeps) {
  const api: ProviderApi = {
    name: NAME,
    baseUrl,
    http,
    headers: { 'auth-token': key },
    saidIn: saidByElectricityMaps,
    keySetting: 'WINDFALL_ELECTRICITY_MAPS_KEY',
  }
  const plan = createPlanLimits(clock, NAME)
  let keyWorks = false

  const send = ({ kind, zone, abort }: Asked, what: string, more: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> => {
    const factors = kind === 'average' ? { emissionFactorType } : {}
    return ask(api, withQuery(`${PATHS[kind]}/${what}`, { zone, temporalGranularity: 'hourly', ...factors, ...more }), abort)
  }

  const pageOf = ({ kind, zone }: Asked, answer: HttpAnswer, forecast: boolean): Page => {
    const { rows, ...body } = readJson(api, HoursBody, answer)
    keyWorks = true
    if (body.zone !== zone) throw new WindfallError('grid.unavailable', `${NAME} answered for another zone than the one asked for.`)
    if (kind === 'average' && rows.some((row) => (row.emissionFactorType ?? emissionFactorType) !== emissionFactorType))
      throw new WindfallError('grid.unavailable', `${NAME} answered with other emission factors than the ones asked for.`)
    return { answer, issuedAt: [body.updatedAt, ...rows.map(({ updatedAt }) => updatedAt)], rows, forecast }
  }

  const free = async (asked: Asked, what: 'latest' | 'history'): Promise<Page> => pageOf(asked, await send(asked, what), false)

  return {
    plan,
    free,
    /** `null` where the plan does not include it, which is then known for a day. */
    async paid(asked: Asked, feature: PaidFeature, range?: { readonly start: string; readonly end: string }): Promise<Page | null> {
      if (plan.excludes(feature)) return null
      const answer = await send(asked, range ? 'past-range' : 'forecast', range)
      if (answer.status !== 401 && answer.status !== 403) return pageOf(asked, answer, range === undefined)
      // A wrong key is refused in the same way, and is another matter.
      if (!keyWorks) await free(asked, 'latest')
      plan.refuse(feature)
      return null
    },
  }
}

export type Questions = ReturnType<typeof createQuestions>
