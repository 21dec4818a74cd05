import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type LaunchChild, launchNodeChild } from '../../kernel/child.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import type { PowerSource } from '../power-source.ts'
import { NOTHING_FOUND } from './found.ts'
import { NO_NAMES, lookUpNames, mayAskForGraphics, withNames } from './names.ts'
import { cleanName, joinNames, pciAddress } from './names-text.ts'
import type { PciDevice } from './pci.ts'
import { createFakeTree } from './sysfs.fake.ts'

const ended = () => {
  const controller = new AbortController()
  onTestFinished(() => controller.abort())
  return controller.signal
}
const lookUp = (deps: Partial<Parameters<typeof lookUpNames>[0]> = {}) =>
  lookUpNames({ launch: launchNodeChild, clock: createFakeClock(), environment: process.env, sysRoot: '/nowhere', ...deps }, ended())
/** A program that answers every question with this reply. */
const answering = (reply: string) => {
  const folder = createFakeTree()
  onTestFinished(() => folder[Symbol.dispose]())
  const file = join(folder.root, 'child.mjs')
  writeFileSync(file, `process.on('message', ({ id, request }) => process.send({ id, reply: ${reply} }))`)
  return file
}

test('this very machine has a processor and a system, looked up in a process of its own', async () => {
  const names = await lookUp()
  expect(names.cpu).not.toBeNull()
  expect(names.os).not.toBeNull()
  expect(names.gpus).toEqual([])
})

test('nothing but what the look needs is handed to the process', async () => {
  let seen: Parameters<LaunchChild>[0] | null = null
  const launch: LaunchChild = (program) => {
    seen = program
    return null
  }
  expect(await lookUp({ launch, environment: { PATH: '/bin', WINDFALL_TOKEN: 'secret' } })).toEqual(NO_NAMES)
  expect(seen).toMatchObject({ name: 'names-child', environment: { PATH: '/bin', LC_ALL: 'C' } })
  expect(JSON.stringify(seen)).not.toContain('secret')
})

test.each([
  ['ends at once', `process.exit(1)`],
  ['answers something else', `({ cpu: 5 })`],
  ['answers without limit', `({ cpu: 'x'.repeat(1e6), os: null, board: null, gpus: [], disks: [] })`],
])('a process that %s leaves the machine without names', async (_name, reply) => {
  expect(await lookUp({ file: answering(reply) })).toEqual(NO_NAMES)
})

const launchHanging: LaunchChild = () => ({ send: () => undefined, onMessage: () => undefined, onEnd: () => undefined, kill: () => undefined })

test('a process that hangs costs its time limit and no more', async () => {
  const clock = createFakeClock()
  const names = lookUp({ clock, launch: launchHanging })
  await clock.advance(30_000)
  expect(await names).toEqual(NO_NAMES)
})

const gpu = (traits: Partial<PciDevice>): PciDevice => ({
  kind: 'gpu',
  busId: '0000:03:00.0',
  path: '/nowhere',
  vendorId: 0x1002,
  deviceId: 0x744c,
  driver: 'amdgpu',
  asleep: false,
  sleeps: false,
  ...traits,
})

test.each([
  ['an AMD card that is awake', 'linux', [gpu({})], true],
  ['an AMD card beside one that sleeps', 'linux', [gpu({}), gpu({ vendorId: 0x10de, asleep: true })], false],
  ['an NVIDIA card, which gives its own name', 'linux', [gpu({ vendorId: 0x10de })], false],
  ['no card', 'linux', [], false],
  ['a system without sysfs', 'win32', [], true],
] as const)('graphics: %s', (_name, platform, pci, expected) => {
  expect(mayAskForGraphics(platform, pci)).toBe(expected)
})

const source = (name: string, busId: string) => ({ device: { name, busId, kind: 'gpu' } }) as PowerSource

test('a card known by numbers gets its name, one that has a name keeps it, and sources stay themselves', () => {
  const names = {
    ...NO_NAMES,
    gpus: [
      { busId: '0000:03:00.0', name: 'Navi 31 [Radeon RX 7900 XTX]' },
      { busId: '0000:01:00.0', name: 'AD102 [GeForce RTX 4090]' },
    ],
  }
  const nvidia = source('NVIDIA GeForce RTX 4090', '0000:01:00.0')
  const seen = { kind: 'gpu', vendor: 'AMD', name: 'AMD GPU 1002:744c', busId: '0000:03:00.0', reason: 'asleep', advice: '' } as const
  const found = {
    ...NOTHING_FOUND,
    sources: [source('AMD GPU 1002:744c', '0000:03:00.0'), nvidia, source('Intel GPU 8086:56a0', '0000:04:00.0')],
    seen: [seen],
  }
  const named = withNames(found, names)
  expect(named.sources.map(({ device }) => device.name)).toEqual(['Navi 31 [Radeon RX 7900 XTX]', 'NVIDIA GeForce RTX 4090', 'Intel GPU 8086:56a0'])
  expect(named.seen[0]?.name).toBe('Navi 31 [Radeon RX 7900 XTX]')
  expect(named.sources[1]).toBe(nvidia)
  expect(withNames(found, names).sources[0]).toBe(named.sources[0])
})

test.each([
  ['  Navi \u0007 31\n', 'Navi 31'],
  ['To be filled by O.E.M.', null],
  ['', null],
  [undefined, null],
  ['x'.repeat(500), 'x'.repeat(120)],
])('%j is shown as %j', (value, name) => {
  expect(cleanName(value)).toBe(name)
})

test('a maker is not named twice', () => {
  expect([joinNames('Intel', 'Core i7'), joinNames('Apple', 'Apple M3'), joinNames('', 'Ryzen 5'), joinNames(undefined, '')]).toEqual([
    'Intel Core i7',
    'Apple M3',
    'Ryzen 5',
    null,
  ])
})

test.each([
  ['03:00.0', '0000:03:00.0'],
  ['0000:03:00.0', '0000:03:00.0'],
  ['00000001:0A:00.0', '0001:0a:00.0'],
  ['PCI Slot 4', null],
  [undefined, null],
])('%j is the address %j', (value, address) => {
  expect(pciAddress(value)).toBe(address)
})
