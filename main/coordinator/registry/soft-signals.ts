import type { Choice } from '../../../shared/contract/decision.ts'
import type { JobSpec } from '../../../shared/contract/job.ts'
import type { SoftSignalView } from '../../../shared/contract/soft-signal.ts'
import { familyOf, modelOf } from '../../../shared/domain/card-power.ts'
import type { EnergyProof } from '../../../shared/domain/energy-proof.ts'
import { type Weighing, coveredSeconds } from '../../../shared/domain/soft-signals.ts'
import { messageOf } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Ids } from '../../kernel/ids.ts'
import type { Run } from '../../kernel/lifecycle.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { createFleetsStore } from './fleets.store.ts'
import { signalPolicy } from './signal-policy.ts'
import { signalView } from './signal-views.ts'
import { type StoredSignal, createSignalsStore } from './signals.store.ts'

const DAY_MS = 86_400_000
/** For so long a node that was unlikely is looked at more often. */
const DOUBT_MS = 7 * DAY_MS
/** Drivers and images change: what work took before says nothing of it now. */
const KEPT_MS = 90 * DAY_MS
/** What one unlikely proof leaves of the trust in a node, and the least that is left, however many there are: an odd card is no crime. */
const [TRUST_KEPT, LEAST_TRUST] = [0.75, 0.5]
/** Results of one owner that are kept for one kind of work. */
const SLOTS = 5
/** What others took is not read again for each result. */
const FRESH_MS = 60_000
const MOST_KNOWN = 1_000

/** A run whose proof was accepted, with what it was for. */
interface WeighedRun {
  readonly proof: EnergyProof
  readonly spec: JobSpec
  readonly requesterId: string
}

export interface SoftSignalDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly ids: Ids
  readonly choose: (tx: Tx, choice: Choice) => Promise<unknown>
  readonly events: { readonly signalsKept: (message: string) => void }
}

export interface SoftSignals {
  /** Keeps and answers what is unlikely about a proof, in the transaction that accepts it, and learns from it. */
  readonly weigh: (tx: Tx, run: WeighedRun) => Promise<readonly StoredSignal[]>
  /** How much less a node is believed for what was unlikely about it lately: 0 for nothing, up to a half. */
  readonly doubt: (db: Db | Tx, nodeId: string) => Promise<number>
  readonly ofProof: (proofId: string) => Promise<SoftSignalView[]>
  /** Drops once a day what is older than anybody compares with. */
  readonly run: Run
}

type Samples = readonly { readonly owner: string; readonly perUnitJ: number }[]

/** Half of its work may have been done by a run before; energy that was guessed, shared or missed says nothing of the work. */
const isComparable = ({ proof, spec }: WeighedRun): boolean => !spec.checkpoints && proof.method !== 'estimate' && !proof.shared && proof.coverage >= 0.9

const cardOf = ({ kind, name }: EnergyProof['devices'][number]): string => `${kind} ${familyOf(name)?.id ?? modelOf(name)}`

/** Jobs of one requester that run the same on the same cards: what others say of their jobs is not believed. */
const workOf = ({ proof, spec, requesterId }: WeighedRun): string =>
  sha256Hex(JSON.stringify([requesterId, spec.runtime.image, spec.modelId, spec.kind, spec.needs.gpus, proof.devices.map(cardOf).toSorted()]))

/** Everything that was unlikely about what nodes proved, and what work usually takes. Nothing is refused for it. */
export function createSoftSignals(deps: SoftSignalDeps): SoftSignals {
  const { clock } = deps
  const known = new Map<string, { readonly at: number; readonly samples: Samples }>()
  const samplesOf = async (tx: Tx, work: string): Promise<Samples> => {
    const found = known.get(work)
    if (found && clock.now() - found.at < FRESH_MS) return found.samples
    const samples = await createSignalsStore(tx).samples(work)
    if (known.size >= MOST_KNOWN) known.clear()
    known.set(work, { at: clock.now(), samples })
    return samples
  }
  const compare = async (tx: Tx, run: WeighedRun): Promise<Weighing['work']> => {
    if (!isComparable(run)) return null
    const { proof, spec } = run
    const work = workOf(run)
    const owner = (await createFleetsStore(tx).fleetOf(proof.nodeId)) ?? proof.nodeId
    const perUnitJ = proof.boardJ / spec.expected.seconds
    const others = Map.groupBy(
      (await samplesOf(tx, work)).filter((sample) => sample.owner !== owner),
      (sample) => sample.owner,
    )
    if (perUnitJ > 0) await createSignalsStore(tx).keep({ work, owner, slot: slotOf(proof), perUnitJ, at: clock.now() })
    return { perUnitJ, others: [...others.values()].map((samples) => samples.map((sample) => sample.perUnitJ)) }
  }
  return {
    async weigh(tx, run) {
      const { devices, boardJ, method } = run.proof
      const cards = devices.map(({ kind, name, powerLimitW }) => ({ kind, name, powerLimitW }))
      return record(deps, tx, run.proof, { devices: cards, boardJ, method, coveredS: coveredSeconds(run.proof), work: await compare(tx, run) })
    },
    async doubt(db, nodeId) {
      const times = await createSignalsStore(db).count(nodeId, clock.now() - DOUBT_MS)
      return 1 - Math.max(LEAST_TRUST, TRUST_KEPT ** times)
    },
    ofProof: async (proofId) => (await createSignalsStore(deps.db).ofProof(proofId)).map(signalView),
    async run(signal) {
      do
        await createSignalsStore(deps.db)
          .forget(clock.now() - KEPT_MS)
          .catch((error: unknown) => deps.events.signalsKept(messageOf(error)))
      while (await clock.sleep(DAY_MS, signal))
    },
  }
}

/** Which of its owner's places a result takes: by chance that nobody who wants to be believed can wish for twice. */
const slotOf = ({ proofId, leaseId }: EnergyProof): number => Number.parseInt(sha256Hex(`${leaseId} ${proofId}`).slice(0, 8), 16) % SLOTS

async function record({ clock, ids, choose }: SoftSignalDeps, tx: Tx, proof: EnergyProof, weighing: Weighing): Promise<readonly StoredSignal[]> {
  const { nodeId, proofId, jobId } = proof
  const subject = { kind: 'proof', id: proofId } as const
  const answer = signalPolicy.decide({ weighing }, subject)
  if (answer.outcome.signals.length === 0) return []
  const also = [{ kind: 'node', id: nodeId } as const]
  await choose(tx, { kind: 'proof.unlikely', subject, also, policy: signalPolicy, inputs: { weighing }, answer })
  const signals = answer.outcome.signals.map(({ kind, message }) => ({ id: ids.next(), nodeId, proofId, jobId, kind, message, at: clock.now() }))
  for (const signal of signals) await createSignalsStore(tx).add(signal)
  return signals
}
