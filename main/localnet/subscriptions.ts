import { z } from 'zod'
import { type Bank, type Commitment, accountAt, hasReached, slotAt } from './bank.ts'
import type { Landed } from './landing.ts'
import { accountJson } from './rpc-accounts.ts'
import { RPC, RpcError } from './rpc-error.ts'
import { Address, Config, SignatureText, inContext, readParams } from './rpc-params.ts'

export type Wish =
  | { readonly kind: 'slot' }
  | { readonly kind: 'signature'; readonly key: string; readonly commitment: Commitment }
  | { readonly kind: 'account'; readonly key: string; readonly commitment: Commitment; readonly config: Config }
  | { readonly kind: 'logs'; readonly key: string | null; readonly commitment: Commitment }

export interface Notification {
  readonly method: string
  readonly result: unknown
  /** The subscription has said all it ever will. */
  readonly last: boolean
}

const LogsFilter = z.union([z.enum(['all', 'allWithVotes']), z.object({ mentions: z.array(Address).length(1) })])

/** Reads `xSubscribe` parameters. Errors: `-32601`, `-32602`. */
export function readWish(method: string, params: readonly unknown[]): Wish {
  switch (method) {
    case 'slotSubscribe':
      return { kind: 'slot' }
    case 'signatureSubscribe': {
      const [key, config] = readParams(params, SignatureText, Config)
      return { kind: 'signature', key, commitment: config.commitment ?? 'finalized' }
    }
    case 'accountSubscribe': {
      const [key, config] = readParams(params, Address, Config)
      return { kind: 'account', key, commitment: config.commitment ?? 'finalized', config }
    }
    case 'logsSubscribe': {
      const [filter, config] = readParams(params, LogsFilter, Config)
      return { kind: 'logs', key: typeof filter === 'string' ? null : (filter.mentions[0] ?? null), commitment: config.commitment ?? 'finalized' }
    }
    default:
      throw new RpcError(RPC.methodNotFound, 'Method not found')
  }
}

const logsJson = (bank: Bank, commitment: Commitment, landed: Landed) =>
  inContext(bank, commitment, { signature: landed.signature, err: landed.err, logs: landed.logs })

/** What a subscriber hears after a slot: what became visible at its commitment in exactly that slot. */
export function notificationsFor(bank: Bank, wish: Wish): Notification[] {
  const once = (result: unknown, last = false): Notification[] => [{ method: `${wish.kind}Notification`, result, last }]
  if (wish.kind === 'slot') return once({ slot: slotAt(bank, 'processed'), parent: slotAt(bank, 'processed') - 1, root: slotAt(bank, 'finalized') })
  if (wish.kind === 'signature') return signatureNews(bank, wish, once)
  const slot = slotAt(bank, wish.commitment)
  if (wish.kind === 'logs')
    return bank.archive
      .inSlot(slot)
      .filter((landed) => wish.key === null || landed.keys.includes(wish.key))
      .flatMap((landed) => once(logsJson(bank, wish.commitment, landed)))
  if (!bank.past.touchedIn(slot).has(wish.key)) return []
  const account = accountAt(bank, wish.key, wish.commitment)
  return once(inContext(bank, wish.commitment, account && accountJson(account, wish.config)))
}

/** Spoken once, also when the transaction was there before the subscription. */
function signatureNews(
  bank: Bank,
  { key, commitment }: { key: string; commitment: Commitment },
  once: (result: unknown, last: boolean) => Notification[],
): Notification[] {
  const landed = bank.archive.get(key)
  return landed && hasReached(bank, landed, commitment) ? once(inContext(bank, commitment, { err: landed.err }), true) : []
}
