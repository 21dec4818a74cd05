import type { z } from 'zod'
import { WindfallError } from '../../../../shared/errors.ts'
import type { HttpAnswer, HttpClient } from '../../../kernel/http-client.ts'
import { type ProviderApi, ask, readJson, withQuery } from '../provider-answer.ts'
import { PackageResult, envelopeOf, saidByNeso } from './neso-body.ts'

export const NESO_NAME = 'The NESO data portal'

/** A table of the portal, by the names that stay while its id changes. */
export interface Table {
  readonly packageName: string
  /** Of several tables in the package the first whose name matches. */
  readonly tableName: RegExp
}

interface Found<T> {
  readonly result: T
  readonly answer: HttpAnswer
  /** When the table last changed, epoch milliseconds, if stated. */
  readonly modifiedAt: number | null
}

interface Search<T> {
  readonly table: Table
  readonly result: z.ZodType<T>
  readonly parameters: Readonly<Record<string, string>>
  readonly abort: AbortSignal
}

interface PortalDeps {
  /** Two clients, because the catalogue may be asked once a second and the data twice a minute. */
  readonly http: HttpClient
  readonly datastore: HttpClient
  readonly baseUrl: string
}

/** The NESO data portal (CKAN 2.8). Resolves with the rows of a table, whose id it looks up by name. Errors as `GridProvider.read`. */
export function createPortal({ http, datastore, baseUrl }: PortalDeps) {
  const call = async <T>(client: HttpClient, path: string, { result, abort }: Pick<Search<T>, 'result' | 'abort'>) => {
    const api: ProviderApi = { name: NESO_NAME, baseUrl, http: client, saidIn: saidByNeso }
    const answer = await ask(api, path, abort)
    const body = readJson(api, envelopeOf(result), answer)
    if (!body.success)
      throw new WindfallError('grid.unavailable', `${NESO_NAME} refuses the request: ${saidByNeso(body)?.slice(0, 200) ?? 'it does not say why'}`)
    return { result: body.result, answer }
  }
  return async <T>({ table, result, parameters, abort }: Search<T>): Promise<Found<T>> => {
    const { packageName, tableName } = table
    const catalogue = await call(http, withQuery('/package_show', { id: packageName }), { result: PackageResult, abort })
    const resource = catalogue.result.resources.find(({ name, datastore_active }) => datastore_active !== false && tableName.test(name ?? ''))
    if (!resource)
      throw new WindfallError('grid.unavailable', `${NESO_NAME} has no table like “${tableName.source}” in ${packageName}. Windfall may need an update.`)
    const found = await call(datastore, withQuery('/datastore_search', { resource_id: resource.id, ...parameters }), { result, abort })
    return { ...found, modifiedAt: resource.last_modified ?? null }
  }
}
