import { describe, expect, test } from 'vitest'
import { judgeGpuInside } from './gpu-inside.ts'
import { judgeToolkit, readToolkitVersion, toolkitVersionIn } from './gpu-toolkit.ts'
import { parseAnswers } from './inside-report.ts'

const DEV = 'null\nnvidia0\nnvidiactl\nnvidia-uvm\nzero'
const PROC = 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  595.71.05  Tue Sep 2 2026'
const SEES = `@l/dev\n${DEV}\n@r/proc/driver/nvidia/version\n${PROC}\n@o/dev/nvidiactl\ndone\n@o/dev/nvidia0\ndone\n@o/dev/dxg\n!2\n`
const judge = (output: string, asked = 1) => judgeGpuInside(parseAnswers(output), asked)

describe('what a container saw', () => {
  test('a card that opens', () => {
    expect(judge(SEES)).toEqual({ seen: true, evidence: '/dev/nvidia0 opens inside a container, driver 595.71.05' })
  })
  test('Microsoft’s device inside WSL', () => {
    expect(judge('@l/dev\ndxg\nnull\n@o/dev/dxg\ndone\n')).toMatchObject({ seen: true })
  })
  test.each([
    ['no card', '@l/dev\nnull\n', 'no GPU in it'],
    ['no answer', '', 'no GPU in it'],
    ['a card that does not open', SEES.replace('@o/dev/nvidia0\ndone', '@o/dev/nvidia0\n!1'), '/dev/nvidia0 cannot be opened (error 1)'],
    ['a card without its control device', SEES.replace('@o/dev/nvidiactl\ndone', ''), '/dev/nvidiactl cannot be opened'],
    ['more cards than were lent', SEES.replace('nvidia0\n', 'nvidia0\nnvidia1\n'), 'sees 2 GPUs (nvidia0, nvidia1), but was given 1'],
  ])('%s', (_, output, reason) => {
    expect(judge(output)).toEqual({ seen: false, reason: expect.stringContaining(reason) })
  })
  test('several instances of one card are one card', () => {
    expect(judge(SEES, 3)).toMatchObject({ seen: true })
  })
})

test.each([
  ['NVIDIA Container Toolkit CLI version 1.17.7\ncommit: abc', '1.17.7', 'refused'],
  ['NVIDIA Container Toolkit CLI version 1.17.8\n', '1.17.8', 'old'],
  ['NVIDIA Container Toolkit CLI version 1.17.8-rc.1\n', '1.17.8-rc.1', 'refused'],
  ['cli-version: 1.18.0\nlib-version: 1.18.0', '1.18.0', 'old'],
  ['NVIDIA Container Toolkit CLI version 1.20.0', '1.20.0', 'current'],
  ['NVIDIA Container Toolkit CLI version 2.0.0~rc.1', '2.0.0-rc.1', 'current'],
  ['NVIDIA Container Toolkit CLI version 0.99.99', '0.99.99', 'refused'],
  ['command not found', null, 'unknown'],
] as const)('“%s” is toolkit %s, %s', (output, version, verdict) => {
  expect(toolkitVersionIn(output)).toBe(version)
  expect(judgeToolkit(version)).toBe(verdict)
})

test('a toolkit that is not there has no version', async () => {
  expect(await readToolkitVersion(new AbortController().signal, ['/no/such/nvidia-ctk'])).toBeNull()
})
