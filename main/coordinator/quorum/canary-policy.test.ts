import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { type ProvenRun, canaryPolicy, chooseCanary } from './canary-policy.ts'

const FINE: ProvenRun = { count: 1, given: 0, rate: 0.01, draw: 0.1, suitable: 2, isPaidFor: true }

test('a new node has had one by its fourth run at the latest, three before long, and then now and then', () => {
  expect(chooseCanary(FINE)).toEqual({ give: true, because: 'early' })
  expect(chooseCanary({ ...FINE, draw: 0.9 })).toEqual({ give: false, because: 'not-drawn' })
  expect(chooseCanary({ ...FINE, count: 4, draw: 0.9 })).toEqual({ give: true, because: 'early' })
  expect(chooseCanary({ ...FINE, count: 500, given: 3 })).toEqual({ give: false, because: 'not-drawn' })
  expect(chooseCanary({ ...FINE, count: 500, given: 3, draw: 0.009 })).toEqual({ give: true, because: 'drawn' })
})

test.each([
  [{ rate: 0, draw: 0 }, 'off'],
  [{ suitable: 0 }, 'none-suits'],
  [{ isPaidFor: false }, 'no-funds'],
] as const)('none is given with %o', (changes, because) => expect(chooseCanary({ ...FINE, ...changes })).toEqual({ give: false, because }))

test('version by version, the same is given; where an answer changes, VERSION does', () => {
  const cases = [1, 3, 4, 100].flatMap((count) =>
    [0, 1, 3, 9].flatMap((given) =>
      [0, 0.005, 0.2, 0.5].flatMap((draw) =>
        [0, 0.01, 0.4].flatMap((rate) => [0, 1].map((suitable) => ({ count, given, draw, rate, suitable, isPaidFor: draw !== 0.005 }))),
      ),
    ),
  )
  const answers = cases.map((run) => canaryPolicy.decide({ run }, { kind: 'proof', id: 'proof-1' }))
  expect([canaryPolicy.version, createHash('sha256').update(JSON.stringify(answers)).digest('hex')]).toEqual([
    '1',
    'd65fdad371155dda1a0d7d84ea45f1625e73514854bd605615ff91ee946db7aa',
  ])
})
