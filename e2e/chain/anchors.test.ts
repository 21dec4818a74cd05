import { expect, test } from 'vitest'
import { dieInTurn, runAnchors } from './anchors-trial.ts'
import { seeded } from './in-process.ts'

test.each([1, 2])('seed %i, with dropped sends, late landings, lost replies and a process that keeps dying: every epoch is anchored, once', async (seed) => {
  const epochs = 4
  const result = await runAnchors({ seed, epochs, isRough: true, random: seeded(seed) })
  expect(result).toMatchObject({ finding: null, anchored: epochs, onChain: epochs, notAnchored: 0 })
})

test('wherever between planning and booking the process dies, the anchor is neither lost nor doubled', async () => {
  const epochs = 95
  const result = await runAnchors({ seed: 9, epochs, isRough: false, ...dieInTurn() })
  expect(result).toMatchObject({ finding: null, anchored: epochs, onChain: epochs, notAnchored: 0 })
  // It died at every point there is, until there were no more.
  expect(result.crashes).toBeGreaterThan(60)
  expect(result.crashes).toBeLessThan(epochs)
})
