import { afterEach, beforeEach, expect, test } from 'vitest'
import { type UpdateWorld, createUpdateWorld } from './updates.fixture.ts'

let world: UpdateWorld
beforeEach(() => {
  world = createUpdateWorld()
})
afterEach(() => world.remove())

test.each([
  ['runs from its source', { isPackaged: false }, 'This Windfall runs from its source code. Update it the way you got it.'],
  ['is a Debian package', { package: 'deb' }, 'Windfall is updated by your package manager, with the other programs of this computer.'],
  ['is a Flatpak', { package: 'flatpak' }, 'Windfall is updated by your package manager, with the other programs of this computer.'],
  ['is a folder', { package: null }, 'This copy of Windfall cannot replace itself. Download a newer one where you got it.'],
  ['is for a processor without releases', { arch: 'riscv64' }, 'This copy of Windfall cannot replace itself. Download a newer one where you got it.'],
] as const)('a copy that %s says why it does not update itself, and asks nobody', async (_, change, why) => {
  const program = { version: '1.0.0', isPackaged: true, platform: 'linux', arch: 'x64', package: 'appimage', ...change } as const
  const updates = world.start({ program, fetch: () => Promise.reject(new Error('nobody is asked')) })
  await Promise.all([updates.check(), updates.install(), updates.run(new AbortController().signal)])
  expect(updates.state()).toEqual({ state: 'off', why })
})

test('a build without an address says so', () => {
  expect(world.start({ root: { address: null, channel: 'stable', keys: null } }).state()).toMatchObject({
    state: 'off',
    why: expect.stringContaining('does not look for updates') as string,
  })
})
