import { expect, test } from 'vitest'
import { readCoordinatorConfig } from './config.ts'

test('nothing but a data directory and a chain is needed, and the coordinator then listens on this machine only', () => {
  expect(readCoordinatorConfig({}, { dataDirectory: '/data', rpcUrl: 'http://127.0.0.1:8899' })).toMatchObject({
    host: '127.0.0.1',
    heartbeatMs: 15_000,
    leaseTtlMs: 90_000,
    challengeRate: 0.02,
    trustProxy: false,
  })
})

test('the environment sets what the command line does not', () => {
  const environment = { WINDFALL_COORDINATOR_PORT: '8000', WINDFALL_COORDINATOR_HOST: '0.0.0.0', WINDFALL_COORDINATOR_TRUST_PROXY: 'true' }
  expect(readCoordinatorConfig(environment, { dataDirectory: '/data', rpcUrl: 'http://127.0.0.1:8899', port: 9000 })).toMatchObject({
    host: '0.0.0.0',
    port: 9000,
    trustProxy: true,
  })
})

test('a malformed value stops the start and names its key and variable', () => {
  expect(() => readCoordinatorConfig({ WINDFALL_COORDINATOR_PORT: 'eighty' }, { dataDirectory: '/data' })).toThrow(/port \(WINDFALL_COORDINATOR_PORT\)/)
  expect(() => readCoordinatorConfig({}, { dataDirectory: '/data', unknown: 1 })).toThrow(expect.objectContaining({ code: 'config.invalid' }))
})

const readRate = (rate: string) =>
  readCoordinatorConfig({ WINDFALL_CHALLENGE_RATE: rate }, { dataDirectory: '/data', rpcUrl: 'http://127.0.0.1:8899' }).challengeRate

test('the share of proofs that are spot-checked is a share', () => {
  expect([readRate('0'), readRate('0.5'), readRate('1')]).toEqual([0, 0.5, 1])
  for (const wrong of ['-0.1', '1.1', 'often']) expect(() => readRate(wrong)).toThrow(/challengeRate \(WINDFALL_CHALLENGE_RATE\)/)
})
