import { expect, test } from 'vitest'
import { isExplained } from './chain-check.ts'

test.each([
  ['what the books say', 100n, 0n, [100n, 100n], true],
  ['less by what is on its way', 70n, 30n, [100n, 100n], true],
  ['less than that', 69n, 30n, [100n, 100n], false],
  ['more, which nobody has booked', 101n, 30n, [100n, 100n], false],
  ['what was there before something was booked meanwhile', 100n, 0n, [100n, 60n], true],
] as const)('a hot wallet that holds %s', (_, onChain, underWay, booked, is) => expect(isExplained({ onChain, underWay, booked })).toBe(is))
