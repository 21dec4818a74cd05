import type { SvmAccount } from './svm.ts'

/** What accounts looked like in recent slots, so that a read at `finalized` does not see what is not final. */
export interface PastAccounts {
  /** Notes the state an account had before `slot` changed it. The first note of a slot counts. */
  readonly remember: (slot: number, address: string, before: SvmAccount | null) => void
  /** State as of the end of `slot`. */
  readonly stateAt: (address: string, slot: number, current: SvmAccount | null) => SvmAccount | null
  /** Addresses touched in `slot`. */
  readonly touchedIn: (slot: number) => ReadonlySet<string>
  /** Forgets changes up to and including `slot`. */
  readonly forget: (slot: number) => void
}

export function createPastAccounts(): PastAccounts {
  const slots = new Map<number, Map<string, SvmAccount | null>>()
  return {
    remember(slot, address, before) {
      const changes = slots.get(slot) ?? new Map<string, SvmAccount | null>()
      slots.set(slot, changes)
      if (!changes.has(address)) changes.set(address, before)
    },
    stateAt(address, slot, current) {
      // Slots are added in order, so the first later change holds the state that slot ended with.
      for (const [at, changes] of slots) {
        const before = at > slot ? changes.get(address) : undefined
        if (before !== undefined) return before
      }
      return current
    },
    touchedIn: (slot) => new Set(slots.get(slot)?.keys()),
    forget(slot) {
      for (const at of slots.keys()) if (at <= slot) slots.delete(at)
    },
  }
}
