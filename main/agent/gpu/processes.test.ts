import { expect, onTestFinished, test } from 'vitest'
import { runsInContainer } from './processes.ts'
import { createFakeTree } from './sysfs.fake.ts'

test.each([
  ['a container of Docker', '0::/system.slice/docker-0f3c.scope', true],
  ['a container under cgroup v1', '12:devices:/docker/0f3c\n1:name=systemd:/docker/0f3c', true],
  ['a container of Podman', '0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-0f3c.scope/container', true],
  ['a game', '0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-steam-4242.scope', false],
])('%s', (_name, cgroup, expected) => {
  const proc = createFakeTree({ '4242/cgroup': cgroup })
  onTestFinished(() => proc[Symbol.dispose]())
  expect(runsInContainer(4242, proc.root)).toBe(expected)
})

test('a process that has ended belongs to nobody', () => {
  expect(runsInContainer(1, '/nowhere')).toBe(false)
})
