import { expect, test } from 'vitest'
import { type SensorTraits, architectureNumber, nvidiaMethod, nvidiaSensor } from './nvidia-sensor.ts'

const CARD: SensorTraits = { name: 'NVIDIA GeForce RTX 4090', architecture: 8, hasCounter: true, hasAverage: true, hasPower: true, instances: null }

test.each([
  ['Tesla K80', 2, 41, 100, 'Kepler, published meter tests', 'power-instant'],
  ['Tesla M40', 3, 5, 100, 'Maxwell, published meter tests', 'power-instant'],
  ['NVIDIA GeForce GTX 1080', 4, 2, 20, 'Pascal, published meter tests', 'power-instant'],
  ['Tesla V100-SXM2-16GB', 5, 3, 20, 'Volta, assumed', 'power-instant'],
  ['NVIDIA GeForce RTX 2060 SUPER', 6, 13, 100, 'Turing, published meter tests', 'power-instant'],
  ['NVIDIA GeForce RTX 3090', 7, 7, 100, 'Ampere, published meter tests', 'power-average'],
  ['NVIDIA A100-SXM4-80GB', 7, 8, 100, 'GA100, published meter tests; sees 25 ms of every 100 ms', 'power-instant'],
  ['NVIDIA A30', 7, 8, 100, 'GA100', 'power-instant'],
  ['NVIDIA GeForce RTX 4090', 8, 7, 100, 'Ada, published meter tests', 'power-average'],
  ['NVIDIA H100 80GB HBM3', 9, 8, 100, 'Hopper, assumed, no meter test is published; sees 25 ms of every 100 ms', 'power-average'],
  ['NVIDIA GeForce RTX 5090', 10, 8, 100, 'Blackwell, assumed', 'power-average'],
  ['GeForce GTX 580', null, 41, 100, 'Fermi, assumed', 'power-instant'],
  ['Quadro 4000', null, 41, 100, 'Fermi', 'power-instant'],
  ['Graphics Device', null, 13, 100, 'unknown NVIDIA generation, assumed', 'power-instant'],
  ['NVIDIA GeForce RTX 9090', 99, 13, 100, 'unknown NVIDIA generation, assumed', 'power-instant'],
] as const)('%s: ± what its generation is known for', (name, architecture, uncertaintyPct, updateMs, basis, power) => {
  const sensor = nvidiaSensor({ ...CARD, name, architecture, hasAverage: false })
  expect(sensor).toMatchObject({ uncertaintyPct, updateMs, basis: expect.stringContaining(basis), power, wrapMj: null })
})

test('the figures of a card in MIG mode say that they are of the whole card', () => {
  expect(nvidiaSensor({ ...CARD, instances: [] }).basis).toContain('whole card')
  expect(nvidiaSensor(CARD).basis).not.toContain('whole card')
})

test.each([
  ['a counter', {}, 'counter'],
  ['an average', { hasCounter: false }, 'power-average'],
  ['an average on an old card', { hasCounter: false, architecture: 6 }, 'power-average'],
  ['power that is an average by generation', { hasCounter: false, hasAverage: false }, 'power-average'],
  ['instant power', { hasCounter: false, hasAverage: false, architecture: 6 }, 'power-instant'],
  ['nothing', { hasCounter: false, hasAverage: false, hasPower: false }, null],
] as const)('the best way to read %s', (_name, traits, method) => {
  expect(nvidiaMethod({ ...CARD, ...traits })).toBe(method)
})

test('names of generations as nvidia-smi prints them', () => {
  expect(['Kepler', 'Turing', 'Ada Lovelace', 'Blackwell', 'Rubin', null].map(architectureNumber)).toEqual([2, 6, 8, 10, null, null])
})
