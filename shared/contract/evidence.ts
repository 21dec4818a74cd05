/** Evidence of what a site drew in settlement periods, and what an operator says about the site. */
import { z } from 'zod'
import { SiteFacts } from '../domain/settlement-evidence.ts'
import { call } from './define.ts'
import { http } from './http-binding.ts'
import { Actor, Envelope, IsoTime, KeyId } from './wire.ts'

export const SiteView = z.strictObject({ nodeId: KeyId, ...SiteFacts.shape, saidBy: Actor.nullable(), saidAt: IsoTime.nullable() })
export type SiteView = z.infer<typeof SiteView>

/** What is not named stays as it is; `null` is unknown again. */
const SiteChange = SiteFacts.partial()

export const evidenceCalls = {
  getEvidence: call(
    z.strictObject({ nodeId: KeyId, date: z.iso.date() }),
    Envelope,
    http(
      'GET',
      '/v1/nodes/{nodeId}/evidence',
      'fleet.read',
      'What a machine in Great Britain drew in the settlement periods of a day, signed; only for the operator',
    ),
  ),
  getSite: call(
    z.strictObject({ nodeId: KeyId }),
    SiteView,
    http('GET', '/v1/nodes/{nodeId}/site', 'fleet.read', 'What is known of the connection of a machine to the grid; only for the operator'),
  ),
  describeSite: call(
    z.strictObject({ nodeId: KeyId, ...SiteChange.shape }),
    SiteView,
    http('POST', '/v1/nodes/{nodeId}/site', 'fleet.write', 'Say what is known of the connection of a machine to the grid; only for the operator'),
  ),
}
