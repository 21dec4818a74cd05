import { ACT_HEAD_TYPE, type ActHead } from '../../../shared/contract/audit.ts'
import type { Envelope } from '../../../shared/contract/wire.ts'
import { type EnvelopeSigner, signEnvelope } from '../../../shared/domain/dsse.ts'
import { encodeUtf8 } from '../../../shared/domain/encoding.ts'
import { toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type Db, transact } from '../persistence/database.ts'
import { createActHeadsStore } from './act-heads.store.ts'
import { createActsStore } from './acts.store.ts'

interface HeadDeps {
  readonly logSigner: EnvelopeSigner
  readonly clock: Pick<Clock, 'now'>
}

/** Says that this was the newest act then. Whoever keeps what is said finds out if an act up to it is changed or missing later, the last one included. */
async function signHead(
  { logSigner, clock }: HeadDeps,
  { seq, hash }: { readonly seq: number; readonly hash: string },
): Promise<{ at: number; envelope: Envelope }> {
  const at = clock.now()
  const head: ActHead = { logId: logSigner.keyId, seq, hash, at: toIso(at) }
  return { at, envelope: await signEnvelope(ACT_HEAD_TYPE, encodeUtf8(JSON.stringify(head)), logSigner) }
}

/** Signs the newest act unless it is signed already. */
export async function signNewestAct(db: Db, deps: HeadDeps): Promise<void> {
  const head = await createActsStore(db).head()
  if (!head || (await createActHeadsStore(db).newest())?.seq === head.seq) return
  const signed = await signHead(deps, head)
  await transact(db, (tx) => createActHeadsStore(tx).add({ ...head, ...signed }))
}
