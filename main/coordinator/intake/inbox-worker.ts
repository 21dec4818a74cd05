/** The program of the thread that {@link file://./inbox-sqlite.ts} starts: the only writer of an inbox's file. */
import { parentPort, workerData } from 'node:worker_threads'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import type { Asked, Told } from './inbox-sqlite.ts'
import { createInboxStore, openInboxFile } from './inbox-sqlite.store.ts'

const { file } = workerData as { readonly file: string }

function open() {
  const db = openInboxFile(file)
  // What waits is read once and in order: a large cache would hold what nobody asks for again.
  db.pragma('cache_size = -4096')
  return { db, ...createInboxStore(db) }
}

let opened: ReturnType<typeof open> | null = null
/** The disk may be full at the first question and have room at the next one. */
const store = () => (opened ??= open())

/** Of the database where it is to blame, also behind an error of ours. */
const codeOf = (error: unknown): unknown => ((error instanceof WindfallError ? error.cause : error) as { code?: unknown } | undefined)?.code

function answerTo({ id, ask }: Asked): Told {
  try {
    switch (ask.is) {
      case 'commit':
        return { id, answer: store().commit(ask.changes) }
      case 'page':
        return { id, answer: store().page(ask) }
      case 'depth':
        return { id, answer: store().depth() }
      case 'close':
        opened?.db.close()
        return { id, answer: null }
      default:
        return ask satisfies never
    }
  } catch (error) {
    return { id, failed: { code: codeOf(error), message: messageOf(error) } }
  }
}

parentPort?.on('message', (asked: Asked) => parentPort?.postMessage(answerTo(asked), []))
