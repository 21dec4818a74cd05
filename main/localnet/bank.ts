import { type Archive, createArchive } from './archive.ts'
import { type HashQueue, MAX_AGE_BLOCKS, createHashQueue } from './block-hashes.ts'
import type { Journal, LandedRow } from './journal.store.ts'
import { type Incoming, type Landed, type Landing, type Moment, errorText, land, replay } from './landing.ts'
import { nonceAccountOf } from './nonce.ts'
import { type PastAccounts, createPastAccounts } from './past-accounts.ts'
import type { Svm, SvmAccount } from './svm.ts'

export type Commitment = 'processed' | 'confirmed' | 'finalized'

export interface BankOptions {
  readonly svm: Svm
  readonly journal: Journal
  readonly genesisHash: string
  /** Slots until a block counts as confirmed, and as finalized. */
  readonly confirmSlots: number
  readonly finalSlots: number
  readonly unixSeconds: () => number
}

/** Slots, block hashes, landing and commitment levels over a runtime that has none of them. */
export interface Bank extends BankOptions {
  readonly archive: Archive
  readonly past: PastAccounts
  readonly hashes: HashQueue
  readonly firstSlot: number
  readonly progress: { slot: number; reserved: number; pending: readonly Pending[] }
}

interface Pending extends Incoming {
  readonly landAt: number
}

/** Slots that one write to disk pays for, and at most as many are jumped over at a restart. */
const RESERVATION = 20
const SLOT_HASHES = 64

/** Rebuilds the chain from its journal and continues after the last slot it may have shown. Error: `storage.failed` if the replay differs. */
export function createBank(options: BankOptions): Bank {
  const { svm, journal } = options
  const firstSlot = Number(journal.fact('first-slot', () => String(svm.firstSlot)))
  const slot = journal.reservedSlot() ?? firstSlot
  const bank: Bank = {
    ...options,
    firstSlot,
    archive: createArchive(),
    past: createPastAccounts(),
    hashes: createHashQueue(options.genesisHash),
    progress: { slot, reserved: slot, pending: [] },
  }
  replayJournal(bank)
  pushHashes(bank, slot)
  bank.past.forget(slot - options.finalSlots)
  return bank
}

function replayJournal(bank: Bank): void {
  let current = -1
  for (const row of bank.journal.landed()) {
    if (row.slot !== current) {
      pushHashes(bank, row.slot)
      enterSlot(bank, row)
      bank.past.forget(row.slot - bank.finalSlots - 1)
    }
    current = row.slot
    keep(bank, replay(bank.svm, row))
  }
}

/** Makes the hashes that are recent in `slot` the known ones. */
function pushHashes(bank: Bank, slot: number): void {
  const height = slot - bank.firstSlot + 1
  for (let recent = Math.max(1, height - MAX_AGE_BLOCKS, bank.hashes.newest() + 1); recent <= height; recent++) bank.hashes.push(recent)
}

const depth = (bank: Bank, commitment: Commitment): number => ({ processed: 0, confirmed: bank.confirmSlots, finalized: bank.finalSlots })[commitment]

/** Newest slot that a reader at this commitment may see. No slot is ever skipped, so heights run along. */
export const slotAt = (bank: Bank, commitment: Commitment): number => Math.max(bank.firstSlot, bank.progress.slot - depth(bank, commitment))
export const heightAt = (bank: Bank, commitment: Commitment): number => slotAt(bank, commitment) - bank.firstSlot + 1

export const hasReached = (bank: Bank, landed: Landed, commitment: Commitment): boolean => bank.progress.slot - landed.slot >= depth(bank, commitment)
export const levelOf = (bank: Bank, landed: Landed): Commitment =>
  (['finalized', 'confirmed'] as const).find((level) => hasReached(bank, landed, level)) ?? 'processed'

/** An account as a reader at this commitment sees it. */
export const accountAt = (bank: Bank, address: string, commitment: Commitment): SvmAccount | null =>
  bank.past.stateAt(address, slotAt(bank, commitment), bank.svm.account(address))

/** Why a transaction can no longer land, or `null` if it can. */
export function staleness({ archive, hashes, svm }: Bank, { transaction, signature }: Incoming): 'AlreadyProcessed' | 'BlockhashNotFound' | null {
  if (archive.get(signature)) return 'AlreadyProcessed'
  return hashes.isValid(transaction.message.recentBlockhash) || nonceAccountOf(transaction.message, svm) !== null ? null : 'BlockhashNotFound'
}

/** Hands a transaction to the next leader, or to one `late` slots after. */
export function submit({ progress }: Bank, incoming: Incoming, late = 0): void {
  const isKnown = progress.pending.some((one) => one.signature === incoming.signature)
  if (!isKnown) progress.pending = [...progress.pending, { ...incoming, landAt: progress.slot + 1 + late }]
}

/** One slot. What is due lands and is on disk before anybody can see it. Error: anything the disk throws, after which the node must stop. */
export function tick(bank: Bank): void {
  const { progress } = bank
  progress.slot++
  bank.hashes.push(progress.slot - bank.firstSlot + 1)
  const now = { slot: progress.slot, unixSeconds: bank.unixSeconds() }
  const rows = landDue(bank, now)
  const reservation = progress.slot >= progress.reserved ? progress.slot + RESERVATION : null
  if (rows.length > 0 || reservation !== null) bank.journal.commit(rows, reservation)
  progress.reserved = reservation ?? progress.reserved
  bank.past.forget(progress.slot - bank.finalSlots - 1)
}

function landDue(bank: Bank, now: Moment): LandedRow[] {
  const { progress } = bank
  const due = progress.pending.filter((one) => one.landAt <= now.slot)
  progress.pending = progress.pending.filter((one) => one.landAt > now.slot)
  if (due.length > 0) enterSlot(bank, now)
  return due.flatMap((incoming) => {
    // Expired or seen before: a leader drops it without a word.
    const landing = staleness(bank, incoming) === null ? land(bank.svm, incoming, now) : null
    if (!landing) return []
    keep(bank, landing)
    return [{ ...now, raw: incoming.raw, err: errorText(landing.landed) }]
  })
}

/** Shows the runtime the time and the recent hashes of a slot. Not done for every slot: nothing looks unless a transaction runs. */
function enterSlot(bank: Bank, { slot, unixSeconds }: Moment): void {
  const height = slot - bank.firstSlot + 1
  const heights = Array.from({ length: Math.min(height, SLOT_HASHES) }, (_, back) => height - back)
  bank.svm.enterSlot({ slot, unixSeconds, hashes: heights.map((one) => ({ slot: bank.firstSlot + one - 1, hash: bank.hashes.hashAt(one) })) })
}

/** Makes what the runtime says about the present true: before a simulation, and before a sysvar is read. */
export const enterPresent = (bank: Bank): void => enterSlot(bank, { slot: bank.progress.slot, unixSeconds: bank.unixSeconds() })

function keep({ archive, past }: Bank, { landed, before }: Landing): void {
  archive.add(landed)
  for (const [address, state] of before) past.remember(landed.slot, address, state)
}
