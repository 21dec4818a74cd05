import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { launchNodeChild } from '../../kernel/child.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createFakeSmi, capturePath, readCapture } from './nvidia-smi.fake.ts'
import { type SmiCard, SmiInventory, readSmiLog } from './nvidia-smi-log.ts'
import { SmiReply } from './nvidia-smi-protocol.ts'
import { smiMethod } from './nvidia-smi-source.ts'
import { createReaderHost } from './reader-host.ts'

/** Asks through the real package in its real process. */
async function report(shell: string): Promise<unknown> {
  const fake = createFakeSmi({ report: shell })
  const ended = new AbortController()
  onTestFinished(() => {
    ended.abort()
    fake[Symbol.dispose]()
  })
  const program = {
    name: 'nvidia-smi-child',
    file: `${import.meta.dirname}/nvidia-smi-child.ts`,
    args: [],
    environment: { PATH: `${fake.folder}:/usr/bin:/bin` },
  }
  const host = createReaderHost({ program, launch: launchNodeChild, clock: createFakeClock(), reply: SmiReply, timeoutMs: () => 20_000 }, ended.signal)
  return host.ask({ ask: 'inventory' }, ended.signal)
}

const MIB = 1_048_576
const NOT_MIG = { instances: null }

const CAPTURES: readonly [file: string, driver: string | null, card: Partial<SmiCard>, method: string | null][] = [
  [
    'gtx-1070-ti.xml',
    null,
    {
      name: 'GeForce GTX 1070 Ti',
      uuid: 'GPU-f9ba66fc-a7f5-94c5-da19-019ef2f9c665',
      busId: '00000000:01:00.0',
      architecture: null,
      persistence: null,
      display: null,
      ...NOT_MIG,
      vramBytes: 4_096 * MIB,
      memoryUsedBytes: 42 * MIB,
      limitMw: null,
      averageMw: null,
      powerMw: null,
      temperatureC: 39,
      gpuPct: 0,
      processes: null,
    },
    null,
  ],
  [
    'gtx-1660-ti.xml',
    '418.43',
    {
      name: 'Graphics Device',
      uuid: 'GPU-304a277d-3545-63b8-3a36-dfde3c992989',
      busId: '00000000:43:00.0',
      architecture: null,
      persistence: false,
      display: false,
      ...NOT_MIG,
      vramBytes: 5_912 * MIB,
      memoryUsedBytes: 0,
      limitMw: 130_000,
      averageMw: null,
      powerMw: 8_930,
      temperatureC: 40,
      gpuPct: 0,
      processes: [],
    },
    'power-instant',
  ],
  [
    'tesla-t4.xml',
    '515.105.01',
    {
      name: 'Tesla T4',
      uuid: 'GPU-d37e67a5-91dd-3774-a5cb-99096249601a',
      busId: '00000000:00:1E.0',
      architecture: 'Turing',
      persistence: false,
      display: false,
      ...NOT_MIG,
      vramBytes: 15_360 * MIB,
      memoryUsedBytes: 1_032 * MIB,
      limitMw: 70_000,
      averageMw: null,
      powerMw: 26_780,
      temperatureC: 40,
      gpuPct: 0,
      processes: [
        { pid: 675, type: 'G' },
        { pid: 5_762, type: 'C' },
      ],
    },
    'power-instant',
  ],
  [
    'rtx-3060-v12.xml',
    '570.124.04',
    {
      name: 'NVIDIA GeForce RTX 3060',
      uuid: 'GPU-d6889ff6-2523-9142-ca3c-1ca3f396a625',
      busId: '00000000:2D:00.0',
      architecture: 'Ampere',
      persistence: true,
      display: false,
      ...NOT_MIG,
      vramBytes: 12_288 * MIB,
      memoryUsedBytes: 116 * MIB,
      limitMw: 170_000,
      averageMw: 11_600,
      powerMw: 11_630,
      temperatureC: 42,
      gpuPct: 0,
      processes: [],
    },
    'power-average',
  ],
  [
    'rtx-3080-v13.xml',
    '595.58.03',
    {
      name: 'NVIDIA GeForce RTX 3080',
      uuid: 'GPU-19d6d965-2acc-f646-00f8-4c76979aabb4',
      busId: '00000000:0C:00.0',
      architecture: 'Ampere',
      persistence: false,
      display: false,
      ...NOT_MIG,
      vramBytes: 10_240 * MIB,
      memoryUsedBytes: 9_184 * MIB,
      limitMw: 320_000,
      averageMw: 139_620,
      powerMw: 142_330,
      temperatureC: 27,
      gpuPct: 65,
      processes: [],
    },
    'power-average',
  ],
  [
    'a100-sxm4-v12.xml',
    '535.54.03',
    {
      name: 'NVIDIA A100-SXM4-80GB',
      uuid: 'GPU-513536b6-7d19-9063-b049-1e69664bb298',
      busId: '00000000:01:00.0',
      architecture: 'Ampere',
      persistence: false,
      display: false,
      instances: 4,
      vramBytes: 81_920 * MIB,
      memoryUsedBytes: 50 * MIB,
      limitMw: 500_000,
      averageMw: null,
      powerMw: 67_030,
      temperatureC: 27,
      gpuPct: null,
      processes: [],
    },
    'power-instant',
  ],
]

describe('reports of real cards, through the package', () => {
  test.each(CAPTURES)('%s', async (file, driver, card, method) => {
    const reply = SmiReply.parse(await report(`cat ${capturePath(file)}`))
    expect(reply).toEqual({ inventory: { driver, cards: [card] } })
    expect('inventory' in reply && reply.inventory.cards.map(smiMethod)).toEqual([method])
  })

  test('every captured report is tried', () => {
    const files = readdirSync(dirname(capturePath('x'))).filter((name) => name.endsWith('.xml'))
    expect(files.toSorted()).toEqual(CAPTURES.map(([file]) => file).toSorted())
  })

  test('several cards are several', async () => {
    const [head = '', card = ''] = readCapture('tesla-t4.xml').split(/(?=<gpu id)/)
    const other = card.replace('GPU-d37e', 'GPU-ffff')
    const body = `${head}${card.replace('</nvidia_smi_log>', '')}${other}`
    const reply = SmiReply.parse(await report(`cat <<'END'\n${body}\nEND`))
    expect('inventory' in reply && reply.inventory.cards.map(({ uuid }) => uuid?.slice(0, 8))).toEqual(['GPU-d37e', 'GPU-ffff'])
  })

  test('what the report hides or does not tell is missing', async () => {
    const hidden = readCapture('tesla-t4.xml')
      .replace('GPU-d37e67a5-91dd-3774-a5cb-99096249601a', 'REDACTED')
      .replace('26.78 W', '[Not Supported]')
      .replace('<gpu_util>0 %', '<gpu_util>[N/A]')
    const reply = SmiReply.parse(await report(`cat <<'END'\n${hidden}\nEND`))
    expect('inventory' in reply && reply.inventory.cards).toMatchObject([{ uuid: null, powerMw: null, gpuPct: null }])
  })
})

describe('a program that fails', () => {
  test.each([
    [
      'says why on stderr, though it prints a report',
      `cat ${capturePath('tesla-t4.xml')}; echo 'NVML: Driver/library version mismatch' >&2`,
      'version mismatch',
    ],
    ['exits with an error', 'exit 9', 'nvidia-smi -q -x'],
    ['prints something else', "echo 'No devices were found'", ''],
    ['prints another document', "echo '<html><gpu/></html>'", 'something else'],
    ['prints nothing', '', 'something else'],
    ['dies in the middle', `head -c 4000 ${capturePath('tesla-t4.xml')}; kill -9 $$`, ''],
  ])('%s', async (_name, shell, words) => {
    expect(await report(shell)).toEqual({ error: expect.stringContaining(words) })
  })
})

test('whatever the package hands over, a card is only what was told about it', () => {
  fc.assert(
    fc.property(fc.anything(), (gpu) => {
      let inventory: unknown
      try {
        inventory = readSmiLog({ nvidia_smi_log: { gpu } })
      } catch {
        return
      }
      expect(SmiInventory.safeParse(inventory).success).toBe(true)
    }),
  )
})
