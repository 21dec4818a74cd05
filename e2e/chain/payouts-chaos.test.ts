import { expect, test } from 'vitest'
import { runTrials } from './chaos-trial.ts'

const SEEDS = Array.from({ length: 50 }, (_, index) => 1_000 + index)

test('with 98 % of sends dropped, late landings, lost replies, a lying node and a process that keeps dying: nobody is paid twice, nobody is left out', {
  timeout: 120_000,
}, async () => {
  const { total, bad } = await runTrials(SEEDS)
  // Which seeds to run again, and how much the run has tried.
  console.info(JSON.stringify(total))
  expect(bad).toEqual([])
  expect(total).toMatchObject({ recipients: 600, paidTwice: 0, unpaid: 0, wrongAnchors: 0 })
  expect(total.crashes).toBeGreaterThan(300)
  expect(total.attempts).toBeGreaterThan(total.batches)
})
