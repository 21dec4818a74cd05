import type { PublicJwk } from '../../shared/contract/wire.ts'
import type { EnvelopeSigner } from '../../shared/domain/dsse.ts'
import { messageOf } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Run } from '../kernel/lifecycle.ts'
import { signNewestAct } from './audit/act-heads.ts'
import { type ActReading, createActReading } from './audit/act-reading.ts'
import { type Acts, createActs } from './audit/acts.ts'
import { createActsStore } from './audit/acts.store.ts'
import { type Db, transact } from './persistence/database.ts'

interface AuditingDeps {
  readonly db: Db
  /** The database as what runs by itself writes to it. */
  readonly loopDb: Db
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly random: (bytes: number) => Uint8Array
  readonly ids: { readonly next: () => string }
  readonly logSigner: EnvelopeSigner & { readonly publicJwk: PublicJwk }
  /** For how long what is kept beside the chain is kept, milliseconds. */
  readonly keepMs: number
  readonly onFailure: (message: string) => void
}

const LOOK_MS = 60_000

/** The log of acts: written at the border, read by those who may, signed as it grows, and forgotten in parts once their time is over. */
export function createAuditing({ db, loopDb, clock, random, ids, logSigner, keepMs, onFailure }: AuditingDeps): {
  readonly acts: Acts
  readonly calls: ActReading
  readonly run: Run
} {
  const look = async () => {
    await signNewestAct(loopDb, { logSigner, clock })
    await transact(loopDb, (tx) => createActsStore(tx).forgetDetails(clock.now() - keepMs))
  }
  return {
    acts: createActs({ db, clock, random, nextId: ids.next }),
    calls: createActReading(db, logSigner.publicJwk),
    async run(signal) {
      do await look().catch((error: unknown) => onFailure(messageOf(error)))
      while (await clock.sleep(LOOK_MS, signal))
    },
  }
}
