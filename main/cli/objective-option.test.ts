import { expect, test } from 'vitest'
import { parseObjective } from './objective-option.ts'

test.each([
  ['green', 'green'],
  ['balanced', 'balanced'],
  ['carbon=2,cost=1', { carbon: 2, cost: 1, time: 0 }],
  ['time=0.5', { carbon: 0, cost: 0, time: 0.5 }],
  ['carbon=1, cost=1', { carbon: 1, cost: 1, time: 0 }],
])('%s', (text, objective) => expect(parseObjective(text)).toEqual(objective))

test.each(['', 'clean', 'carbon', 'carbon=', 'carbon=-1', 'carbon=1,carbon=2', 'carbon=0', 'speed=1', 'carbon=1;cost=1', 'carbon=1e9', 'carbon=5000'])(
  '“%s” is refused with what to give instead',
  (text) => expect(() => parseObjective(text)).toThrow(/is no objective\. Give one of green, cheap, fast, balanced, or weights of carbon, cost, time such as/),
)
