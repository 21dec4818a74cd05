/** Enrolment tokens: what an operator gives out so that machines may enrol. */
import { z } from 'zod'
import { call } from './define.ts'
import { http } from './http-binding.ts'
import { Actor, Id, IsoTime, pageOf } from './wire.ts'

/** How an operator names whose machines are whose. */
export const OwnerName = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._@+-]{0,63}$/u, 'expected a name of letters, digits, spaces and . _ @ + -, at most 64 characters')

/** The longest that one may be good for, seconds. */
export const MAX_TOKEN_SECONDS = 31_536_000

export const EnrolmentTokenView = z.strictObject({
  tokenId: Id,
  /** Machines that enrol by it belong to this owner; `null`: to nobody until they are paired. */
  owner: z.string().max(64).nullable(),
  createdBy: Actor,
  createdAt: IsoTime,
  expiresAt: IsoTime,
  uses: z.number().int().min(1),
  used: z.number().int().min(0),
  revokedAt: IsoTime.nullable(),
})
export type EnrolmentTokenView = z.infer<typeof EnrolmentTokenView>

export const tokenCalls = {
  createEnrolmentToken: call(
    z.strictObject({
      owner: OwnerName.nullable().default(null),
      uses: z.number().int().min(1).max(10_000).default(1),
      seconds: z.number().int().min(60).max(MAX_TOKEN_SECONDS).default(86_400),
    }),
    EnrolmentTokenView.extend({ token: z.string().max(64) }),
    http('POST', '/v1/enrolment-tokens', 'fleet.write', 'A token by which machines may enrol, shown once; for operators'),
  ),
  listEnrolmentTokens: call(
    z.strictObject({ after: z.string().max(128).nullable().default(null), limit: z.coerce.number().int().min(1).max(200).default(50) }),
    pageOf(EnrolmentTokenView),
    http('GET', '/v1/enrolment-tokens', 'fleet.read', 'Enrolment tokens without their secrets, newest first; for operators'),
  ),
  revokeEnrolmentToken: call(
    z.strictObject({ tokenId: Id }),
    EnrolmentTokenView,
    http('POST', '/v1/enrolment-tokens/{tokenId}/revoke', 'fleet.write', 'End an enrolment token; machines that enrolled by it stay. For operators'),
  ),
}
