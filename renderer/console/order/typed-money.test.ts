import { expect, test } from 'vitest'
import { typedMicroUsd } from './typed-money.ts'

test('dollars are read to the last millionth, and nothing else is', () => {
  expect(['25', ' $12.50 ', '0.000001', '1,250.5', '1,250,000'].map(typedMicroUsd)).toEqual(['25000000', '12500000', '1', '1250500000', '1250000000000'])
  expect(['', '0', '0.00', '-5', '1e9', '12,50', '1.0000001', '5 €', '1234567890', 'NaN', '٣'].map(typedMicroUsd)).toEqual(
    Array.from({ length: 11 }, () => null),
  )
})
