import { expect, test, vi } from 'vitest'
import type { nextStep } from '../../main/coordinator/payouts/machine.ts'
import { runTrial } from './chaos-trial.ts'

const mutant = vi.hoisted(() => ({ decide: undefined as typeof nextStep | undefined }))
vi.mock('../../main/coordinator/payouts/machine.ts', async (original) => {
  const real = await original<{ nextStep: typeof nextStep }>()
  // What lives by a nonce has no end to be impatient about.
  return { ...real, nextStep: (...args: Parameters<typeof nextStep>) => (args[0].lane === null && mutant.decide ? mutant.decide : real.nextStep)(...args) }
})

const MOST_TRIALS = 60
/** What most scripts do: no answer for 60 slots, so sign again. */
const impatient: typeof nextStep = (attempt, { status, finalHeight }) => {
  if (status?.level === 'finalized') return { do: 'finish', err: status.err }
  if (status) return { do: 'wait' }
  return finalHeight > attempt.lastValidBlockHeight - 90 ? { do: 'expire' } : { do: 'send' }
}
/** Waits for the block height, but believes one silent answer. */
const credulous: typeof nextStep = (attempt, { status, finalHeight }) => {
  if (status?.level === 'finalized') return { do: 'finish', err: status.err }
  if (status) return { do: 'wait' }
  return finalHeight > attempt.lastValidBlockHeight ? { do: 'expire' } : { do: 'send' }
}

test.for([
  ['signs again after a time-out', impatient],
  ['signs again after one look', credulous],
] as const)('the trial catches a machine that %s', async ([, decide]) => {
  mutant.decide = decide
  let paidTwice = 0
  // The trials of SOL alone: what is paid twice in USDC would run the hot wallet dry first.
  for (let trial = 0; paidTwice === 0 && trial < MOST_TRIALS; trial++) paidTwice += (await runTrial(1_000 + 2 * trial)).paidTwice
  expect(paidTwice).toBeGreaterThan(0)
})
