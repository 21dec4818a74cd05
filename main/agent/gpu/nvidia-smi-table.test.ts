import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { capturePath, readCapture } from './nvidia-smi.fake.ts'
import { readPmon } from './nvidia-smi-pmon.ts'
import { computeApps, withoutWindows } from './nvidia-smi-processes.ts'
import { columnsOf, queryColumns, readGpuRow, readRow } from './nvidia-smi-table.ts'
import { readPercent, readPower, readQuantity, readSwitch, readWords } from './nvidia-smi-values.ts'

const MIB = 1_048_576
const MASKED = 'GPU-00000000-0000-0000-0000-000000000000'

const tableOf = (file: string) => {
  const [header = '', ...lines] = readCapture(file).trim().split(/\r?\n/)
  return { columns: columnsOf(header), lines }
}
const readings = (file: string) => {
  const { columns, lines } = tableOf(file)
  return lines.map((line) => readGpuRow(readRow(columns, line) ?? new Map()))
}
const apps = (file: string) => {
  const { columns, lines } = tableOf(file)
  return computeApps(columns, lines.join('\n'))
}

const GPUS = [
  [
    'linux-rtx-4080-super-595.idle.query-gpu.csv',
    { powerMw: 26_200, averageMw: 26_200, temperatureC: 43, gpuPct: 0, memoryUsedBytes: 596 * MIB, display: true },
  ],
  [
    'linux-rtx-4080-super-595.load.query-gpu.csv',
    { powerMw: 84_240, averageMw: 84_240, temperatureC: 46, gpuPct: 7, memoryUsedBytes: 1_474 * MIB, display: true },
  ],
  [
    'windows-rtx-2080-super-610.idle.query-gpu.csv',
    { powerMw: 39_250, averageMw: null, temperatureC: 40, gpuPct: 0, memoryUsedBytes: 797 * MIB, display: true },
  ],
  [
    'windows-rtx-2080-super-610.load.query-gpu.csv',
    { powerMw: 97_990, averageMw: null, temperatureC: 44, gpuPct: 7, memoryUsedBytes: 1_366 * MIB, display: true },
  ],
  ['linux-h100-mig-590.idle.query-gpu.csv', { gpuPct: null, display: false }],
  [
    'linux-h100-mig-590.load.query-gpu.csv',
    { powerMw: 433_780, averageMw: 433_780, temperatureC: 53, gpuPct: null, memoryUsedBytes: 11_125 * MIB, display: false },
  ],
] as const

const APPS = [
  ['linux-rtx-4080-super-595.idle.compute-apps.csv', [[2_165, 25 * MIB]]],
  [
    'linux-rtx-4080-super-595.load.compute-apps.csv',
    [
      [2_165, 25 * MIB],
      [5_022, 503 * MIB],
      [5_021, 360 * MIB],
    ],
  ],
  ['linux-h100-mig-590.idle.compute-apps.csv', []],
  [
    'linux-h100-mig-590.load.compute-apps.csv',
    [
      [21_180, 2_296 * MIB],
      [21_181, 1_272 * MIB],
      [21_198, 7_484 * MIB],
    ],
  ],
] as const

describe('tables of real cards', () => {
  test.each(GPUS)('%s', (file, reading) => {
    expect(readings(file)).toMatchObject([{ uuid: MASKED, ...reading }])
  })

  test.each(APPS)('%s', (file, expected) => {
    expect(apps(file).map(({ pid, memoryBytes }) => [pid, memoryBytes])).toEqual(expected)
  })

  test.each([
    ['idle', 19, []],
    ['load', 21, [12_940, 13_820]],
  ] as const)('Windows lists its whole desktop; pmon tells who computes (%s)', (state, listed, computing) => {
    const all = apps(`windows-rtx-2080-super-610.${state}.compute-apps.csv`)
    expect(all).toHaveLength(listed)
    expect(all.every(({ memoryBytes }) => memoryBytes === null)).toBe(true)
    const monitored = readCapture(`windows-rtx-2080-super-610.${state}.pmon.txt`)
    expect(withoutWindows(all, monitored).map(({ pid }) => pid)).toEqual(computing)
  })

  test('pmon: shares where they are told, and nothing from headers', () => {
    const processes = readPmon(readCapture('windows-rtx-2080-super-610.load.pmon.txt'))
    expect(processes.slice(0, 3)).toEqual([
      { gpu: 0, pid: 2_140, type: 'C+G', smPct: null },
      { gpu: 0, pid: 2_164, type: 'C+G', smPct: null },
      { gpu: 0, pid: 12_940, type: 'C', smPct: null },
    ])
    expect(processes).toContainEqual({ gpu: 0, pid: 13_820, type: 'C', smPct: 7 })
    expect(readPmon('    0          -     -      -      -      -      -      -      -    -')).toEqual([])
  })

  test('every captured table is tried', () => {
    const tried = [...GPUS, ...APPS].map(([file]) => file)
    const files = readdirSync(dirname(capturePath('x'))).filter((name) => name.endsWith('.csv') && !/windows.*compute-apps/.test(name))
    expect(files.toSorted()).toEqual(tried.toSorted())
  })
})

test.each([
  ['26.20 W', 26_200],
  ['26.20', 26_200],
  ['0.00 W', null],
  ['N/A', null],
  ['[N/A]', null],
  ['[Not Supported]', null],
  ['[Unknown Error]', null],
  ['REDACTED', null],
  ['ERR!', null],
  ['NaN', null],
  ['-5 W', null],
  ['1e9 W', null],
  ['26 MiB', null],
  ['', null],
  [undefined, null],
] as const)('power written as %s', (text, milliwatts) => {
  expect(readPower(text)).toBe(milliwatts)
})

test('other values', () => {
  expect([readPercent('0 %'), readPercent('100'), readPercent('101 %'), readPercent('[N/A]')]).toEqual([0, 100, null, null])
  expect([readQuantity('0 MiB', 'MiB'), readQuantity('11125', 'MiB'), readQuantity('44', 'C')]).toEqual([0, 11_125 * MIB, 44])
  expect(['Enabled', 'Disabled', '[N/A]', 'Requested functionality has been deprecated'].map(readSwitch)).toEqual([true, false, null, null])
  expect([readWords(' RTX\u001B[2J '), readWords('None'), readWords('x'.repeat(200))?.length]).toEqual(['RTX?[2J', null, 96])
})

test('a torn line, a message and a line without a card are no reading', () => {
  const columns = queryColumns(true)
  const line = `${MASKED}, 26.20, 43, 0, 596, Enabled, 26.20`
  expect(readGpuRow(readRow(columns, line) ?? new Map())).toMatchObject({ uuid: MASKED, averageMw: 26_200 })
  for (const bad of [line.slice(0, 50), 'Unable to determine the device handle for GPU0000:01:00.0: GPU is lost.', `[N/A]${line.slice(MASKED.length)}`, ''])
    expect(readGpuRow(readRow(columns, bad) ?? new Map())).toBeNull()
})

test('no line makes a reading of 0 W, or of something that is no number', () => {
  const columns = queryColumns(true)
  const cell = fc.oneof(fc.string(), fc.constantFrom('0', '0.00 W', '[N/A]', '12.5', '-1', 'Infinity', '99999999999999999999'))
  fc.assert(
    fc.property(fc.array(cell, { minLength: columns.length - 1, maxLength: columns.length - 1 }), (cells) => {
      const reading = readGpuRow(readRow(columns, [MASKED, ...cells].join(',')) ?? new Map())
      for (const power of [reading?.powerMw, reading?.averageMw])
        expect(power === null || power === undefined || (Number.isFinite(power) && power > 0)).toBe(true)
      expect(Object.values(reading ?? {}).every((value) => value === null || typeof value !== 'number' || (Number.isFinite(value) && value >= 0))).toBe(true)
    }),
  )
})
