import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type LiveAttempt, type Seen, SILENT_PASSES, nextStep } from './machine.ts'

const attempt: LiveAttempt = { state: 'sent', lastValidBlockHeight: 1_000, lane: null }
const onLane: LiveAttempt = { ...attempt, lane: 'lane' }
const nothing: Seen = { finalHeight: 900, hasMoved: false, status: null, history: undefined, silentPasses: 0 }
const status = (level: 'processed' | 'confirmed' | 'finalized', err: string | null = null) => ({ slot: 5, level, err })

test('while it may land, the same bytes are sent again', () => {
  expect(nextStep(attempt, nothing)).toEqual({ do: 'send' })
  expect(nextStep(attempt, { ...nothing, finalHeight: 1_000 })).toEqual({ do: 'send' })
})

test('past its end it is looked for, and only repeated silence everywhere is proof', () => {
  const gone = { ...nothing, finalHeight: 1_001 }
  expect(nextStep(attempt, gone)).toEqual({ do: 'look-in-history' })
  expect(nextStep(attempt, { ...gone, history: null })).toEqual({ do: 'count-silence' })
  expect(nextStep(attempt, { ...gone, history: null, silentPasses: SILENT_PASSES - 2 })).toEqual({ do: 'count-silence' })
  expect(nextStep(attempt, { ...gone, history: null, silentPasses: SILENT_PASSES - 1 })).toEqual({ do: 'expire' })
})

test('the payer’s own history overrules a node that has never heard of it', () => {
  expect(nextStep(attempt, { ...nothing, finalHeight: 5_000, history: { err: null }, silentPasses: 9 })).toEqual({ do: 'finish', err: null })
  expect(nextStep(attempt, { ...nothing, finalHeight: 5_000, history: { err: '"x"' }, silentPasses: 9 })).toEqual({ do: 'finish', err: '"x"' })
})

test('confirmed is told once, finalized ends it', () => {
  expect(nextStep(attempt, { ...nothing, status: status('processed') })).toEqual({ do: 'wait' })
  expect(nextStep(attempt, { ...nothing, status: status('confirmed') })).toEqual({ do: 'confirm' })
  expect(nextStep({ ...attempt, state: 'confirmed' }, { ...nothing, status: status('confirmed') })).toEqual({ do: 'wait' })
  expect(nextStep(attempt, { ...nothing, status: status('confirmed', '"err"') })).toEqual({ do: 'wait' })
  expect(nextStep(attempt, { ...nothing, status: status('finalized', '"err"') })).toEqual({ do: 'finish', err: '"err"' })
})

test('nothing is ever declared dead while any answer knows it, or before its end is final', () => {
  const seen = fc.record<Seen>({
    finalHeight: fc.integer({ min: 0, max: 2_000 }),
    hasMoved: fc.boolean(),
    status: fc.option(fc.constantFrom(status('processed'), status('confirmed'), status('finalized'), status('finalized', '"e"'))),
    history: fc.constantFrom(undefined, null, { err: null }, { err: '"e"' }),
    silentPasses: fc.nat(10),
  })
  fc.assert(
    fc.property(fc.constantFrom('signed', 'sent', 'confirmed'), fc.constantFrom(null, 'lane'), seen, (state, lane, view) => {
      if (nextStep({ ...attempt, state, lane }, view).do !== 'expire') return
      expect(view).toMatchObject({ status: null, history: null })
      if (lane === null) expect(view.finalHeight).toBeGreaterThan(attempt.lastValidBlockHeight)
      else expect(view.hasMoved).toBe(true)
      expect(view.silentPasses + 1).toBeGreaterThanOrEqual(SILENT_PASSES)
    }),
  )
})

test('on a lane nothing expires: it is sent again, then for a higher fee, and is dead only once the nonce has moved for good', () => {
  expect(nextStep(onLane, nothing)).toEqual({ do: 'send' })
  expect(nextStep(onLane, { ...nothing, finalHeight: 9_000 })).toEqual({ do: 'raise' })
  expect(nextStep(onLane, { ...nothing, finalHeight: 9_000, history: null, silentPasses: 9 })).toEqual({ do: 'raise' })
  // Whoever is behind shows an older value: before the end of the block hash that was the newest then, nothing is proven.
  expect(nextStep(onLane, { ...nothing, hasMoved: true })).toEqual({ do: 'send' })
  const moved = { ...nothing, hasMoved: true, finalHeight: 9_000 }
  expect(nextStep(onLane, moved)).toEqual({ do: 'look-in-history' })
  expect(nextStep(onLane, { ...moved, history: null })).toEqual({ do: 'count-silence' })
  expect(nextStep(onLane, { ...moved, history: null, silentPasses: SILENT_PASSES - 1 })).toEqual({ do: 'expire' })
})
