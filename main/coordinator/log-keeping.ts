import type { EnvelopeSigner } from '../../shared/domain/dsse.ts'
import { rowsOf } from '../../shared/domain/permissions.ts'
import { messageOf } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Run } from '../kernel/lifecycle.ts'
import type { LogParts } from './http/log-parts.ts'
import type { Db } from './persistence/database.ts'
import { createLogHeads } from './receipts/heads.ts'
import { consistencyProof, inclusionProof, listAnchors, listEntries, listEpochHeads, listLeaves } from './receipts/log-read.ts'

interface LogKeepingDeps {
  readonly db: Db
  /** The database as what runs by itself writes to it. */
  readonly loopDb: Db
  readonly logSigner: EnvelopeSigner
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  /** Length of an epoch, milliseconds. */
  readonly everyMs: number
  readonly onFailure: (message: string) => void
}

const LOOK_MS = 60_000

/** The receipt log: what anyone may ask about it, and the loop that signs a head of it in every epoch. */
export function createLogKeeping({ db, loopDb, logSigner, clock, everyMs, onFailure }: LogKeepingDeps): {
  readonly calls: LogParts
  readonly run: Run
} {
  const heads = createLogHeads({ logSigner, clock })
  return {
    calls: {
      head: ({ size, signed }) => (size !== undefined ? heads.at(db, size) : signed === 'now' ? heads.now(db) : heads.newest(db)),
      inclusion: (asked) => inclusionProof(db, asked),
      consistency: (from, to) => consistencyProof(db, from, to),
      leaves: (page) => listLeaves(db, page),
      entries: (viewer, page) => listEntries(db, rowsOf(viewer), page),
      heads: (page) => listEpochHeads(db, page),
      anchors: (page) => listAnchors(db, page),
    },
    async run(signal) {
      do await heads.signEpoch(loopDb, everyMs).catch((error: unknown) => onFailure(messageOf(error)))
      while (await clock.sleep(Math.min(everyMs, LOOK_MS), signal))
    },
  }
}
