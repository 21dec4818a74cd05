import { describe, expect, test } from 'vitest'
import { Ceilings } from '../../shared/contract/device.ts'
import { type CeilingName, ceilingEffect, ceilingHint, parseCeiling, suggestedCeiling } from './ceilings.ts'

const plain = (text: string | null) => text?.replaceAll('\u202f', ' ')
const card = { kind: 'gpu', powerLimitW: 285, idleW: 12 } as const

describe.each(['temperatureC', 'watts'] as const)('a typed %s', (name: CeilingName) => {
  test('is taken exactly where the agent takes it', () => {
    for (let value = 0; value <= 2_100; value++) {
      const agentTakes = Ceilings.safeParse({ temperatureC: null, watts: null, [name]: value }).success
      expect(typeof parseCeiling(name, String(value)) === 'number', String(value)).toBe(agentTakes)
    }
  })

  test.each(['', ' ', 'warm', '80.5', '-80', '8e1', '0x50', '٨٠'])('“%s” is no number', (text) => expect(parseCeiling(name, text)).toHaveProperty('problem'))
})

test('the problem names the range', () => {
  expect(parseCeiling('temperatureC', '200')).toEqual({ problem: 'Give a whole number from 40 to 110 °C.' })
  expect(parseCeiling('watts', ' 220 ')).toBe(220)
})

test('a suggestion can always be set', () => {
  for (const powerLimitW of [null, 1, 9, 45, 65, 285, 700, 9_000])
    expect(typeof parseCeiling('watts', String(suggestedCeiling('watts', { ...card, powerLimitW })))).toBe('number')
  expect(suggestedCeiling('watts', card)).toBe(215)
})

test('the sentence says when work goes on, and of how much power', () => {
  expect(plain(ceilingEffect('temperatureC', 80, card))).toBe(', go on below 73 °C')
  expect(ceilingEffect('temperatureC', null, card)).toBe('')
  expect(plain(ceilingEffect('watts', 220, card))).toBe(' of its 285 W')
  expect(ceilingEffect('watts', 220, { ...card, powerLimitW: null })).toBe('')
})

test('a limit that has no effect, or too much, says so', () => {
  expect(plain(ceilingHint('watts', 300, card))).toBe('It never draws more than 285 W, so this limit changes nothing.')
  expect(plain(ceilingHint('watts', 12, card))).toBe('It draws 12 W even when idle, so no job would ever run on it.')
  expect(ceilingHint('watts', 220, card)).toBeNull()
  expect(ceilingHint('temperatureC', 100, card)).toBeNull()
})
