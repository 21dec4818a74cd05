import type { Policy } from '../../../shared/contract/decision.ts'
import { type SoftSignal, type SoftSignalKind, type Weighing, softSignals } from '../../../shared/domain/soft-signals.ts'

/** Another one with every change to what it answers to anything: see the test beside this file. */
const VERSION = '1'

interface Unlikely {
  readonly action: 'look closer' | 'nothing'
  readonly reason: string
  readonly signals: readonly SoftSignal[]
}

const KINDS: readonly SoftSignalKind[] = ['below-idle', 'above-card', 'energy-per-work']

/** What is unlikely about an accepted proof. */
export const signalPolicy: Policy<{ readonly weighing: Weighing }, Unlikely> = {
  name: 'soft-signal',
  version: VERSION,
  decide({ weighing }) {
    const signals = softSignals(weighing)
    const alternatives = KINDS.map((option) => ({ option, score: null, chosen: signals.some(({ kind }) => kind === option) }))
    const reason = signals.map(({ message }) => message).join(' ')
    return { outcome: { action: signals.length === 0 ? 'nothing' : 'look closer', reason, signals }, alternatives }
  },
}
