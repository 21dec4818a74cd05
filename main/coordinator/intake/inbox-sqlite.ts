import { Worker } from 'node:worker_threads'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { asStorageError } from '../persistence/storage-errors.ts'
import type { Entry, Inbox, InboxChanges, InboxDepth } from './inbox.ts'

/** What the thread is asked. */
export interface Asked {
  readonly id: number
  readonly ask:
    | { readonly is: 'commit'; readonly changes: InboxChanges }
    | { readonly is: 'page'; readonly after: number; readonly limit: number; readonly scope: 'own' | 'all' }
    | { readonly is: 'depth' }
    | { readonly is: 'close' }
}

/** What it says to that. */
export type Told =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly failed: { readonly code: unknown; readonly message: string } }

/** Young objects live for one commit: more room for them would only be memory that is never given back. */
const MEMORY = { maxYoungGenerationSizeMb: 4 }

/**
 * An inbox in an SQLite file of its own (WAL, `synchronous=FULL`), written by one thread of its own, so that waiting for the disk holds nobody up.
 * Error: `storage.failed` if the file cannot be opened.
 */
export async function openSqliteInbox(file: string): Promise<Inbox> {
  const thread = new Worker(new URL('./inbox-worker.ts', import.meta.url), { workerData: { file }, env: {}, resourceLimits: MEMORY })
  const ask = createAsking(thread)
  const inbox: Inbox = {
    commit: async (changes) => (await ask({ is: 'commit', changes })) as number[],
    page: async (asked) => (await ask({ is: 'page', ...asked })) as Entry[],
    depth: async () => (await ask({ is: 'depth' })) as InboxDepth,
    async close() {
      await ask({ is: 'close' }).finally(() => thread.terminate())
    },
  }
  await inbox.depth()
  return inbox
}

interface Waiter {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: unknown) => void
}

/** Puts questions to the thread, each with an answer of its own. Once it has ended, by a defect or because it was told to, every one is refused. */
function createAsking(thread: Worker): (ask: Asked['ask']) => Promise<unknown> {
  const waiting = new Map<number, Waiter>()
  let last = 0
  let ended: Error | null = null
  const end = (error: Error) => {
    ended ??= error
    for (const { reject } of waiting.values()) reject(ended)
    waiting.clear()
  }
  thread.on('message', (told: Told) => {
    const waiter = waiting.get(told.id)
    waiting.delete(told.id)
    // It keeps a process from ending only while somebody waits for it.
    if (waiting.size === 0) thread.unref()
    if ('failed' in told) waiter?.reject(failureOf(told.failed))
    else waiter?.resolve(told.answer)
  })
  thread.once('error', (error) => end(new WindfallError('storage.failed', messageOf(error), { cause: error })))
  thread.once('exit', () => end(new WindfallError('unavailable', 'The proof inbox is closed: the coordinator is stopping.')))
  return (ask) =>
    new Promise((resolve, reject) => {
      if (ended) return reject(ended)
      last += 1
      thread.ref()
      waiting.set(last, { resolve, reject })
      thread.postMessage({ id: last, ask }, [])
    })
}

/** The error itself cannot travel between threads. */
function failureOf({ code, message }: { readonly code: unknown; readonly message: string }): unknown {
  const known = asStorageError(Object.assign(new Error(message), { code }))
  if (known instanceof WindfallError) return known
  return new WindfallError('storage.failed', `The proof inbox cannot be used (${message}). What was sent is not kept: send it again.`)
}
