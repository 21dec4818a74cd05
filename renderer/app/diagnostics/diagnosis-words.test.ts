import { expect, test } from 'vitest'
import { commandIn } from './diagnosis-words.ts'

test.each([
  ['chmod 700 "/data/windfall"', 'chmod 700 "/data/windfall"'],
  [
    'sudo nvidia-smi -pm 1, and for good: sudo systemctl enable --now nvidia-persistenced',
    'sudo nvidia-smi -pm 1, and for good: sudo systemctl enable --now nvidia-persistenced',
  ],
  ['Start it with: windfall up', 'windfall up'],
  ['Put "features": {"cdi": true} into /etc/docker/daemon.json, then: sudo systemctl restart docker', 'sudo systemctl restart docker'],
  ['Start Docker, or install it: https://docs.docker.com/engine/install/', null],
  ['Wait a minute and look again; if it stays so, tell who runs the coordinator.', null],
])('%s', (fix, command) => expect(commandIn(fix)).toBe(command))
