/** The program of the thread that {@link file://./inbox-sqlite.ts} starts: the only writer of an inbox's file. */
import { parentPort, workerData } from 'node:worker_threads'
import { messageOf } from '../../../shared/errors.ts'
import type { Asked, Told } from './inbox-sqlite.ts'
import { createInboxStore, openInboxFile } from './inbox-sqlite.store.ts'

const { file } = workerData as { readonly file: string }
const db = openInboxFile(file)
// What waits is read once and in order: a large cache would hold what nobody asks for again.
db.pragma('cache_size = -4096')
const store = createInboxStore(db)

function answerTo({ id, ask }: Asked): Told {
  try {
    switch (ask.is) {
      case 'commit':
        return { id, answer: store.commit(ask.changes) }
      case 'page':
        return { id, answer: store.page(ask) }
      case 'depth':
        return { id, answer: store.depth() }
      case 'close':
        return { id, answer: db.close() && null }
      default:
        return ask satisfies never
    }
  } catch (error) {
    return { id, failed: { code: (error as { code?: unknown }).code, message: messageOf(error) } }
  }
}

parentPort?.on('message', (asked: Asked) => parentPort?.postMessage(answerTo(asked), []))
