import type { Landed } from './landing.ts'

/** All landed transactions, by signature and by address. */
export interface Archive {
  readonly add: (landed: Landed) => void
  readonly get: (signature: string) => Landed | null
  /** Newest first. */
  readonly of: (address: string) => readonly Landed[]
  readonly inSlot: (slot: number) => readonly Landed[]
  readonly size: () => number
}

function append<K>(map: Map<K, Landed[]>, key: K, landed: Landed): void {
  const list = map.get(key)
  if (list) list.push(landed)
  else map.set(key, [landed])
}

export function createArchive(): Archive {
  const bySignature = new Map<string, Landed>()
  const byAddress = new Map<string, Landed[]>()
  const bySlot = new Map<number, Landed[]>()
  return {
    add(landed) {
      bySignature.set(landed.signature, landed)
      append(bySlot, landed.slot, landed)
      for (const key of new Set(landed.keys)) append(byAddress, key, landed)
    },
    get: (signature) => bySignature.get(signature) ?? null,
    of: (address) => (byAddress.get(address) ?? []).toReversed(),
    inSlot: (slot) => bySlot.get(slot) ?? [],
    size: () => bySignature.size,
  }
}
