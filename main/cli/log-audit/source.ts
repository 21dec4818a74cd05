import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { Client, OutputOf } from '../../../shared/contract/define.ts'
import { MAX_LEAVES, type LogAnchor, type LogEntry } from '../../../shared/contract/log.ts'
import type { Envelope } from '../../../shared/contract/wire.ts'
import { WindfallError } from '../../../shared/errors.ts'

interface Page {
  readonly from: number
  readonly limit: number
}

type Out<K extends keyof typeof coordinatorContract> = OutputOf<(typeof coordinatorContract)[K]>

/** A log as a coordinator shows it to an auditor, page by page. Whatever it says may be a lie. */
export interface LogSource {
  readonly keys: () => Promise<Out<'keys'>>
  /** A head over the log as it is now. */
  readonly head: () => Promise<Envelope>
  readonly leaves: (page: Page) => Promise<Pick<Out<'logLeaves'>, 'hashes' | 'heads'>>
  /** `null`: whoever audits may not read receipts. */
  readonly entries: ((page: Page) => Promise<readonly LogEntry[]>) | null
  readonly consistency: (from: number, to: number) => Promise<readonly string[]>
  readonly epochHeads: () => AsyncIterable<Envelope>
  readonly anchors: () => AsyncIterable<LogAnchor>
}

type AnyClient = Pick<Client<typeof coordinatorContract>, 'call'>

/** How often one question is put again to a coordinator that asks for patience. */
const MOST_TRIES = 60

/** A client that waits where it is told that it asks too much: a whole log is a lot to ask. */
const patient = (client: AnyClient, pause: () => Promise<unknown>): AnyClient => ({
  async call(name, input) {
    for (let tries = 1; ; tries++) {
      try {
        return await client.call(name, input)
      } catch (error) {
        if (!(error instanceof WindfallError) || error.code !== 'rate.limited' || tries >= MOST_TRIES) throw error
        await pause()
      }
    }
  },
})

async function* pages<T>(ask: (after: number | undefined) => Promise<{ readonly items: readonly T[]; readonly next: number | null }>): AsyncGenerator<T> {
  for (let after: number | undefined; ; ) {
    const { items, next } = await ask(after)
    yield* items
    if (next === null) return
    // One that answers with the same page again and again would keep an auditor for ever.
    if (next <= (after ?? -1)) return
    after = next
  }
}

const from = (after: number | undefined) => (after === undefined ? {} : { after })

interface Clients {
  /** Whoever asks; no key is needed. */
  readonly anyone: AnyClient
  /** Who has a key and may read receipts. */
  readonly reader: AnyClient | null
}

/** The log of a coordinator. `pause` waits a moment. Errors: `unavailable`, `internal`, `auth.refused`, `rate.limited` if patience does not help. */
export function logOf(clients: Clients, pause: () => Promise<unknown>): LogSource {
  const anyone = patient(clients.anyone, pause)
  const reader = clients.reader && patient(clients.reader, pause)
  return {
    keys: () => anyone.call('keys', {}),
    head: async () => (await anyone.call('treeHead', { signed: 'now' })).treeHead,
    leaves: (page) => anyone.call('logLeaves', page),
    entries: reader && (async (page) => (await reader.call('logEntries', page)).items),
    consistency: async (first, second) => (await anyone.call('logConsistency', { from: first, to: second })).hashes,
    epochHeads: () => pages((after) => anyone.call('logHeads', { ...from(after), limit: MAX_LEAVES })),
    anchors: () => pages((after) => anyone.call('logAnchors', { ...from(after), limit: MAX_LEAVES })),
  }
}
