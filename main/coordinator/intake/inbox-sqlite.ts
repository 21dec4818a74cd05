import { Worker } from 'node:worker_threads'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { asStorageError } from '../persistence/storage-errors.ts'
import type { Entry, Inbox, InboxChanges, InboxDepth } from './inbox.ts'
import { createInboxStore, openInboxFile } from './inbox-sqlite.store.ts'

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
 * An inbox in an SQLite file of its own (WAL, `synchronous=FULL`), written by one thread of its own, so that waiting for the disk holds nobody up. The
 * thread is a fifth of what an idle coordinator has in memory: it starts when there is something for it to do. Error: `storage.failed` if the file cannot
 * be opened.
 */
export async function openSqliteInbox(file: string): Promise<Inbox> {
  const isEmpty = depthOf(file).messages === 0
  let thread: Asking | null = null
  let isClosed = false
  const ask = (asked: Asked['ask']): Promise<unknown> => {
    if (isClosed && thread === null) return Promise.reject(closed())
    thread ??= startThread(file)
    return thread.ask(asked)
  }
  return {
    commit: async (changes) => (await ask({ is: 'commit', changes })) as number[],
    page: async (asked) => (thread === null && isEmpty && !isClosed ? [] : ((await ask({ is: 'page', ...asked })) as Entry[])),
    depth: async () => (thread === null && isEmpty && !isClosed ? NOTHING : ((await ask({ is: 'depth' })) as InboxDepth)),
    async close() {
      isClosed = true
      await thread?.end()
    },
  }
}

const NOTHING: InboxDepth = { messages: 0, bytes: 0 }

/** What waits in the file, made where there is none. */
function depthOf(file: string): InboxDepth {
  const db = openInboxFile(file)
  try {
    return createInboxStore(db).depth()
  } finally {
    db.close()
  }
}

interface Asking {
  readonly ask: (asked: Asked['ask']) => Promise<unknown>
  readonly end: () => Promise<void>
}

function startThread(file: string): Asking {
  const thread = new Worker(new URL('./inbox-worker.ts', import.meta.url), { workerData: { file }, env: {}, resourceLimits: MEMORY })
  const ask = createAsking(thread)
  return {
    ask,
    async end() {
      await ask({ is: 'close' }).finally(() => {
        // Whoever asks once it is closed is told so when it has ended, and an answer to them would let go of it before.
        thread.removeAllListeners('message')
        return thread.terminate()
      })
    },
  }
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
  thread.once('exit', () => end(closed()))
  return (ask) =>
    new Promise((resolve, reject) => {
      if (ended) return reject(ended)
      last += 1
      thread.ref()
      waiting.set(last, { resolve, reject })
      thread.postMessage({ id: last, ask }, [])
    })
}

const closed = (): WindfallError => new WindfallError('unavailable', 'The proof inbox is closed: the coordinator is stopping.')

/** The error itself cannot travel between threads. */
function failureOf({ code, message }: { readonly code: unknown; readonly message: string }): unknown {
  const known = asStorageError(Object.assign(new Error(message), { code }))
  if (known instanceof WindfallError) return known
  return new WindfallError('storage.failed', `The proof inbox cannot be used (${message}). What was sent is not kept: send it again.`)
}
