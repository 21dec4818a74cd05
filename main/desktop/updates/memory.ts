import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { IsoTime, Sha256Hex } from '../../../shared/contract/wire.ts'
import type { SeenRelease } from '../../../shared/domain/judge-release.ts'
import { TrustedKeys } from '../../../shared/domain/release-keys.ts'
import { Channel } from '../../../shared/domain/release-manifest.ts'
import { writePrivateFile } from '../../kernel/key-file.ts'
import { readRegularFile } from '../../kernel/regular-file.ts'

/** Far more than all of it takes. */
const MOST_BYTES = 1_048_576

const Seen = z.strictObject({ serial: z.number().int().min(1), sha256: Sha256Hex, issued: IsoTime })

const Memory = z.strictObject({
  v: z.literal(1),
  /** Random, and never sent anywhere: it places this copy in the order in which copies get a release. */
  installId: z.uuid(),
  seen: z.record(Channel, Seen),
  /** The keys that sign releases by now, if they have changed since this program was built. */
  keys: TrustedKeys.nullable(),
  checkedAt: IsoTime.nullable(),
  /** The agent finishes because of an update; after it, it goes on, or pauses for as long as its owner had said. */
  holding: z.strictObject({ pausedUntil: IsoTime.nullable() }).nullable(),
})
type Memory = z.infer<typeof Memory>

export interface UpdateMemory {
  readonly get: () => Memory
  /** Durable when it returns. */
  readonly set: (change: Partial<Omit<Memory, 'v' | 'installId'>>) => void
  readonly seen: (channel: string) => SeenRelease | null
}

function read(file: string): Memory | null {
  try {
    return Memory.parse(JSON.parse(readRegularFile(file, MOST_BYTES)))
  } catch {
    return null
  }
}

/**
 * What has to outlive the program: what it has seen and whom it trusts since. A damaged file means the beginning, from the keys that the
 * program holds: without it nothing could be updated any more, and what is old expires.
 */
export function openMemory(file: string): UpdateMemory {
  let memory = read(file) ?? { v: 1, installId: randomUUID(), seen: {}, keys: null, checkedAt: null, holding: null }
  const save = (next: Memory) => {
    writePrivateFile(file, JSON.stringify(next))
    memory = next
  }
  save(memory)
  return {
    get: () => memory,
    set: (change) => save({ ...memory, ...change }),
    seen: (channel) => memory.seen[channel] ?? null,
  }
}

/** The keys to judge by: those that the program holds, unless newer ones have followed them. */
export const trustedKeys = (pinned: TrustedKeys, known: TrustedKeys | null): TrustedKeys => (known && known.index > pinned.index ? known : pinned)
