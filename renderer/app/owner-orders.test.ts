import { expect, test } from 'vitest'
import type { OwnerVerb } from '../../shared/domain/owner-commands.ts'
import { HOUR, NOW, at } from '../lib/afternoon.fake.ts'
import { PAUSED, aStatus } from '../lib/fixtures.fake.ts'
import { orderOf, wayBack } from './owner-orders.ts'

const PAUSE: OwnerVerb = { do: 'pause', until: '1-hour' }
const back = (verb: OwnerVerb, before: Parameters<typeof aStatus>[0]) => wayBack(verb, aStatus(before), NOW)

test('an order says when what was chosen ends', () => {
  expect(orderOf(PAUSE, NOW)).toEqual({ do: 'pause', until: at(HOUR) })
  expect(orderOf({ do: 'pause', until: 'until-resumed' }, NOW)).toEqual({ do: 'pause', until: null })
  expect(orderOf({ do: 'run-anyway' }, NOW)).toEqual({ do: 'run-anyway', until: at(HOUR) })
  expect(orderOf({ do: 'finish' }, NOW)).toEqual({ do: 'finish' })
})

test('what went on goes on', () => {
  expect(back(PAUSE, {})).toEqual([{ do: 'resume' }])
  expect(back({ do: 'finish' }, {})).toEqual([{ do: 'resume' }])
  expect(back({ do: 'run-anyway' }, {})).toEqual([{ do: 'resume' }])
})

test('a pause that was changed or ended is the pause it was', () => {
  const paused = { display: 'paused', pausedUntil: at(HOUR), reasons: [PAUSED] } as const
  expect(back(PAUSE, { ...paused, reasons: [...paused.reasons] })).toEqual([{ do: 'pause', until: at(HOUR) }])
  expect(back({ do: 'resume' }, { ...paused, pausedUntil: null, reasons: [...paused.reasons] })).toEqual([{ do: 'pause', until: null }])
})

test('a finish and an hour anyway come back, after the pause that ended them', () => {
  expect(back(PAUSE, { finishing: true, display: 'finishing' })).toEqual([{ do: 'resume' }, { do: 'finish' }])
  expect(back({ do: 'resume' }, { finishing: true, display: 'finishing' })).toEqual([{ do: 'finish' }])
  expect(back(PAUSE, { anywayUntil: at(HOUR) })).toEqual([{ do: 'resume' }, { do: 'run-anyway', until: at(HOUR) }])
  expect(back({ do: 'resume' }, { anywayUntil: at(HOUR) })).toEqual([{ do: 'run-anyway', until: at(HOUR) }])
  expect(back(PAUSE, { anywayUntil: at(-1) })).toEqual([{ do: 'resume' }])
})

test('an alarm that the owner has ended does not come back, and is not ended in passing', () => {
  expect(back({ do: 'resume' }, { policy: 'fault' })).toEqual([])
  expect(back(PAUSE, { policy: 'fault' })).toEqual([])
})
