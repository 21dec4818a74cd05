import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { cdiDevicesIn, cdiNamesOf, readCdiDevices } from './engine-cdi.ts'

/** As `nvidia-ctk cdi generate` writes it. */
const YAML = `---
cdiVersion: 0.5.0
containerEdits:
  deviceNodes:
  - path: /dev/nvidiactl
  env:
  - NVIDIA_VISIBLE_DEVICES=void
devices:
- containerEdits:
    deviceNodes:
    - path: /dev/nvidia0
  name: "0"
- containerEdits:
    deviceNodes:
    - path: /dev/nvidia0
  name: GPU-5d1b6d2f-0000-4000-8000-5f8b4c2f9a10
- name: all
kind: nvidia.com/gpu
`

test('devices are read out of YAML and JSON', () => {
  const names = ['nvidia.com/gpu=0', 'nvidia.com/gpu=GPU-5d1b6d2f-0000-4000-8000-5f8b4c2f9a10', 'nvidia.com/gpu=all']
  expect(cdiDevicesIn(YAML)).toEqual(names)
  expect(cdiDevicesIn('{"kind":"nvidia.com/gpu","devices":[{"name":"0","containerEdits":{}},{"name":"all"}]}')).toEqual([
    'nvidia.com/gpu=0',
    'nvidia.com/gpu=all',
  ])
})

test.each(['', 'devices:\n- name: x', '{', '{"kind":1}', '\u0000'])('what is no specification offers nothing: %j', (text) => {
  expect(cdiDevicesIn(text)).toEqual([])
})

test('every specification of every folder counts, and what cannot be read does not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'windfall-cdi-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'nvidia.yaml'), YAML)
  writeFileSync(join(folder, 'notes.txt'), YAML)
  mkdirSync(join(folder, 'folder.json'))
  expect(await readCdiDevices([folder, join(folder, 'missing')])).toHaveLength(3)
})

test('only if every GPU has a CDI name are they asked for by name', () => {
  expect(cdiNamesOf(['GPU-1'], ['nvidia.com/gpu=GPU-1'])).toEqual(['nvidia.com/gpu=GPU-1'])
  expect(cdiNamesOf(['GPU-1', 'GPU-2'], ['nvidia.com/gpu=GPU-1'])).toBeNull()
  expect(cdiNamesOf([], ['nvidia.com/gpu=GPU-1'])).toBeNull()
})
