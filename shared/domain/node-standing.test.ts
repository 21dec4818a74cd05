import { expect, test } from 'vitest'
import { PROBATION_MAX_MICRO_USD, missesReputation } from './node-standing.ts'

const job = (maxMicroUsd: bigint, minReputation?: number) => ({
  price: { microUsdPerHour: '1', maxMicroUsd: String(maxMicroUsd) },
  needs: { gpus: 0, vramBytes: 0, ramBytes: 0, ...(minReputation === undefined ? {} : { minReputation }) },
})
const LARGE = PROBATION_MAX_MICRO_USD + 1n

test('a job is kept from a node whose reputation is below what it asks for, and from nobody if it asks for none', () => {
  expect(missesReputation({ reputation: 0.01, onProbation: false }, job(LARGE))).toBe(false)
  expect(missesReputation({ reputation: 0.6, onProbation: false }, job(LARGE, 0.6))).toBe(false)
  expect(missesReputation({ reputation: 0.59, onProbation: false }, job(LARGE, 0.6))).toBe(true)
  expect(missesReputation(undefined, job(LARGE, 0.5))).toBe(false)
  expect(missesReputation(undefined, job(LARGE, 0.51))).toBe(true)
})

test('a node on probation gets small jobs only, and none whose requester asks for a reputation', () => {
  const node = { reputation: 1, onProbation: true }
  expect(missesReputation(node, job(PROBATION_MAX_MICRO_USD))).toBe(false)
  expect(missesReputation(node, job(LARGE))).toBe(true)
  expect(missesReputation(node, job(1n, 0.1))).toBe(true)
})
