import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { nodeAdminCalls } from '../../../shared/contract/node-admin.ts'
import type { SoftSignalView } from '../../../shared/contract/soft-signal.ts'
import { toIso } from '../../../shared/units.ts'
import type { Db } from '../persistence/database.ts'
import { type StoredSignal, createSignalsStore } from './signals.store.ts'

export const signalView = ({ id, at, ...signal }: StoredSignal): SoftSignalView => ({ signalId: id, ...signal, at: toIso(at) })

/** What was unlikely about the proofs of a node, or of all, newest first. */
export async function signalPage(
  db: Db,
  { nodeId, after, limit }: InputOf<(typeof nodeAdminCalls)['listSoftSignals']>,
): Promise<OutputOf<(typeof nodeAdminCalls)['listSoftSignals']>> {
  const found = await createSignalsStore(db).page({ nodeId, after, limit: limit + 1 })
  const items = found.slice(0, limit).map(signalView)
  return { items, next: found.length > limit ? (items.at(-1)?.signalId ?? null) : null }
}
