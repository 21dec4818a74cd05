import { expect, test } from 'vitest'
import { maxPriceMicroUsd } from './feasibility.ts'
import { fakeSpec } from './planner.fake.ts'

test.each([
  ['3600000', '9000000', 7_200, '7200000'],
  ['3600000', '5000000', 7_200, '5000000'],
  ['1', '5', 1, '1'],
  ['0', '5', 7_200, '0'],
])('at %s an hour and at most %s, %i s cost at most %s micro-USD', (microUsdPerHour, maxMicroUsd, wallSeconds, most) => {
  const spec = fakeSpec({ price: { microUsdPerHour, maxMicroUsd }, limits: { wallSeconds, memoryBytes: 67_108_864, outputBytes: 1_024, cpus: 1 } })
  expect(String(maxPriceMicroUsd(spec))).toBe(most)
})
