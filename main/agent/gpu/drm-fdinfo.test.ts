import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseFdinfo } from './drm-fdinfo.ts'

const AMD = `pos:\t0
flags:\t02100002
drm-driver:\tamdgpu
drm-client-id:\t77
drm-pdev:\t0000:03:00.0
drm-memory-vram:\t98012 KiB
drm-engine-gfx:\t1234567890 ns
drm-engine-compute:\t42 ns`
const I915 = `drm-driver: i915
drm-pdev: 0000:03:00.0
drm-client-id: 9
drm-engine-render: 100 ns
drm-engine-video: 5 ns
drm-engine-capacity-video: 2`
const XE = `drm-driver:\txe
drm-client-id:\t3
drm-pdev:\t0000:03:00.0
drm-cycles-rcs:\t28257900
drm-total-cycles-rcs:\t7655183225
drm-cycles-ccs:\t0
drm-total-cycles-ccs:\t7655183225
drm-engine-capacity-ccs:\t4`

test.each([
  [
    'amdgpu',
    AMD,
    [
      ['gfx', { busy: 1_234_567_890, total: null, capacity: 1 }],
      ['compute', { busy: 42, total: null, capacity: 1 }],
    ],
  ],
  [
    'i915',
    I915,
    [
      ['render', { busy: 100, total: null, capacity: 1 }],
      ['video', { busy: 5, total: null, capacity: 2 }],
    ],
  ],
  [
    'xe',
    XE,
    [
      ['rcs', { busy: 28_257_900, total: 7_655_183_225, capacity: 1 }],
      ['ccs', { busy: 0, total: 7_655_183_225, capacity: 4 }],
    ],
  ],
] as const)('%s', (_driver, text, engines) => {
  const client = parseFdinfo(text)
  expect(client?.busId).toBe('0000:03:00.0')
  expect([...(client?.engines ?? [])]).toEqual(engines)
})

test.each([
  ['an ordinary file', 'pos:\t0\nflags:\t0100000\nmnt_id:\t26\n'],
  ['a device that is not on the PCI bus', 'drm-driver: msm\ndrm-client-id: 1\ndrm-engine-gpu: 5 ns'],
  ['an address that is none', 'drm-pdev: ../../etc\ndrm-client-id: 1'],
  ['nothing', ''],
])('%s is not a client', (_name, text) => {
  expect(parseFdinfo(text)).toBeNull()
})

test.each(['x ns', '-5 ns', '1e9 ns', '0x10 ns', ''])('work of %j is not a figure, least of all 0', (value) => {
  expect(parseFdinfo(`drm-pdev: 0000:03:00.0\ndrm-client-id: 1\ndrm-engine-gfx: ${value}`)?.engines.size).toBe(0)
})

test('no bytes make it throw or give a figure that is not one', () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .tuple(fc.constantFrom('drm-pdev', 'drm-client-id', 'drm-engine-gfx', 'drm-engine-capacity-gfx', 'drm-cycles-rcs'), fc.string())
      .map((pair) => pair.join(': ')),
    fc.constantFrom('drm-pdev: 0000:03:00.0', 'drm-client-id: 4'),
  )
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      for (const { busy, capacity } of parseFdinfo(lines.join('\n'))?.engines.values() ?? []) {
        expect(Number.isFinite(busy) && busy >= 0).toBe(true)
        expect(capacity).toBeGreaterThan(0)
      }
    }),
  )
})
