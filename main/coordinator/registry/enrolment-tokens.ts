import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { EnrolmentTokenView, tokenCalls } from '../../../shared/contract/node-token.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Ids } from '../../kernel/ids.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { type EnrolmentToken, createEnrolmentTokensStore } from './enrolment-tokens.store.ts'
import { createFleetsStore } from './fleets.store.ts'

type In<K extends keyof typeof tokenCalls> = InputOf<(typeof tokenCalls)[K]>
type Out<K extends keyof typeof tokenCalls> = OutputOf<(typeof tokenCalls)[K]>

export interface EnrolmentTokens {
  /** A token that lets so many machines enrol until it expires; it is shown once and never again. */
  readonly create: (by: string, order: In<'createEnrolmentToken'>) => Promise<Out<'createEnrolmentToken'>>
  /** Newest first. */
  readonly list: (page: In<'listEnrolmentTokens'>) => Promise<Out<'listEnrolmentTokens'>>
  /** Ends a token; machines that enrolled by it stay. Error: `not-found`. */
  readonly revoke: (by: string, tokenId: string) => Promise<EnrolmentTokenView>
}

export interface TokenDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Ids
  readonly random: (bytes: number) => Uint8Array
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
}

const TOKEN = /^wfe_[A-Za-z0-9_-]{43}$/

const viewOf = ({ tokenId, owner, createdBy, createdAt, expiresAt, uses, used, revokedAt }: EnrolmentToken): EnrolmentTokenView => ({
  tokenId,
  owner,
  createdBy,
  createdAt: toIso(createdAt),
  expiresAt: toIso(expiresAt),
  uses,
  used,
  revokedAt: revokedAt === null ? null : toIso(revokedAt),
})

export function createEnrolmentTokens(deps: TokenDeps): EnrolmentTokens {
  const { db, clock, random } = deps
  return {
    async create(by, order) {
      // Enough entropy that a fast hash is safe to store.
      const token = `wfe_${Buffer.from(random(32)).toString('base64url')}`
      const view = await transact(db, (tx) => create(deps, tx, { by, order, sha256: sha256Hex(token) }))
      return { ...view, token }
    },
    async list({ after, limit }) {
      const found = await createEnrolmentTokensStore(db).newest({ after, limit: limit + 1 })
      const items = found.slice(0, limit).map(viewOf)
      return { items, next: found.length > limit ? (items.at(-1)?.tokenId ?? null) : null }
    },
    revoke: (by, tokenId) =>
      transact(db, async (tx) => {
        const tokens = createEnrolmentTokensStore(tx)
        const before = await required(tx, tokenId)
        if (before.revokedAt !== null) return viewOf(before)
        await tokens.revoke(tokenId, clock.now())
        await deps.decide(tx, 'enrolment.token-revoked', { tokenId, by })
        return viewOf(await required(tx, tokenId))
      }),
  }
}

async function required(tx: Tx, tokenId: string): Promise<EnrolmentToken> {
  const token = await createEnrolmentTokensStore(tx).byId(tokenId)
  if (!token) throw new WindfallError('not-found', `There is no enrolment token ${tokenId}. To see those there are: windfall node token list`)
  return token
}

async function create(deps: TokenDeps, tx: Tx, { by, order, sha256 }: { by: string; order: In<'createEnrolmentToken'>; sha256: string }) {
  const { clock, ids, decide } = deps
  const { owner, uses, seconds } = order
  const tokenId = ids.next()
  const fleetId = owner === null ? null : await fleetOf(deps, tx, owner)
  const [createdAt, expiresAt] = [clock.now(), clock.now() + seconds * 1_000]
  await createEnrolmentTokensStore(tx).add({ tokenId, sha256, fleetId, createdBy: by, createdAt, expiresAt, uses })
  await decide(tx, 'enrolment.token-created', { tokenId, by, owner, uses, expiresAt: toIso(expiresAt) })
  return viewOf(await required(tx, tokenId))
}

/** The fleet of the owner with this name, made if there is none. */
async function fleetOf({ clock, ids, decide }: TokenDeps, tx: Tx, name: string): Promise<string> {
  const fleets = createFleetsStore(tx)
  const known = await fleets.named(name)
  if (known !== null) return known
  const fleetId = ids.next()
  await fleets.create(fleetId, { at: clock.now(), name })
  await decide(tx, 'fleet.created', { fleetId, name })
  return fleetId
}

/** What a token is good for, in words that follow `why` it is needed. */
interface Redeeming {
  readonly token: string
  readonly nodeId: string
  readonly why: string
}

/**
 * Lets a node in by a token, once, and makes it the token's owner's; a node that is in a fleet already stays in its own. Error: `enrolment.refused`
 * for a token that is unknown, expired, revoked or used up, or that brought in this node before.
 */
export async function redeemToken({ clock, decide }: Pick<TokenDeps, 'clock' | 'decide'>, tx: Tx, { token, nodeId, why }: Redeeming): Promise<void> {
  const refused = (what: string) =>
    new WindfallError('enrolment.refused', `${why}This enrolment token ${what}. Ask the operator of the coordinator for a new one: windfall node token create`)
  const tokens = createEnrolmentTokensStore(tx)
  const found = TOKEN.test(token) ? await tokens.byHash(sha256Hex(token)) : null
  if (!found) throw refused('is unknown')
  const now = clock.now()
  if (found.revokedAt !== null) throw refused('was revoked')
  if (found.expiresAt <= now) throw refused(`expired at ${toIso(found.expiresAt)}`)
  if (found.used >= found.uses || !(await tokens.use(found.tokenId, nodeId, now))) throw refused('has been used')
  if (found.fleetId !== null) await createFleetsStore(tx).add(found.fleetId, nodeId, now)
  await decide(tx, 'enrolment.token-used', { tokenId: found.tokenId, nodeId, fleetId: found.fleetId })
}
