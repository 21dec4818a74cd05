/** Those who submit jobs, as the operator of a coordinator looks after them. */
import { z } from 'zod'
import { call } from './define.ts'
import { http } from './http-binding.ts'
import { DecimalString, Id, IsoTime, UnsignedDecimal, pageOf } from './wire.ts'

/** 100 is the usual share of places that many ask for; 200 is twice as much. */
const Weight = z.number().int().min(1).max(100_000)

export const RequesterView = z.strictObject({
  requesterId: Id,
  name: z.string(),
  weight: Weight,
  createdAt: IsoTime,
  balanceMicroUsd: DecimalString,
})
export type RequesterView = z.infer<typeof RequesterView>

export const requesterCalls = {
  addRequester: call(
    z.strictObject({ requesterId: Id, name: z.string().min(1).max(120), weight: Weight.default(100) }),
    z.strictObject({ requester: RequesterView, apiKey: z.string() }),
    http('POST', '/v1/requesters', 'requesters.write', 'Let somebody submit jobs: their API key is shown this once; only for the operator'),
  ),
  listRequesters: call(
    z.strictObject({ after: z.string().max(128).nullable().default(null), limit: z.coerce.number().int().min(1).max(200).default(50) }),
    pageOf(RequesterView),
    http('GET', '/v1/requesters', 'requesters.read', 'Everybody who may submit jobs, by id; only for the operator'),
  ),
  weighRequester: call(
    z.strictObject({ requesterId: Id, weight: Weight }),
    RequesterView,
    http('POST', '/v1/requesters/{requesterId}/weight', 'requesters.write', 'Change the share of a requester; only for the operator'),
  ),
  fundRequester: call(
    z.strictObject({ requesterId: Id, depositId: Id, microUsd: UnsignedDecimal }),
    RequesterView,
    http('POST', '/v1/requesters/{requesterId}/deposits', 'ledger.write', 'Credit what a requester has paid in, once per deposit id; only for the operator'),
  ),
}
