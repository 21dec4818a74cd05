import { expect, test } from 'vitest'
import { fakeLease } from './lease.fixture.ts'
import { type PermissionInput, permissionFor } from './permission.ts'

const lease = fakeLease()
const OPENS = Date.parse(lease.window.from)
const ask = (change: Partial<PermissionInput> = {}) => permissionFor({ lease, now: OPENS, reasons: [], gate: { open: true, reason: null }, ...change })
const owner = { code: 'owner-present', message: 'You are using this machine.' }
const carbon = { code: 'carbon', message: 'The grid is not green enough now.' }

test('a job may run when the machine is free, its window is open and the grid is green', () => {
  expect(ask()).toEqual({ granted: true })
  // Running late is better than not at all.
  expect(ask({ now: OPENS + 86_400_000 })).toEqual({ granted: true })
})

test.each([
  ['the owner before everything else', { reasons: [owner, carbon], now: OPENS - 1, gate: { open: false, reason: carbon } }, owner],
  [
    'the window before the grid',
    { now: OPENS - 1, gate: { open: false, reason: carbon } },
    { code: 'carbon', message: 'Waits for its window, which opens at 12:00 UTC.' },
  ],
  ['the grid with its own reason', { gate: { open: false, reason: carbon } }, carbon],
  ['the grid even without one', { gate: { open: false, reason: null } }, { code: 'carbon', message: 'Waits for cleaner power.' }],
])('what holds it back is named: %s', (_, change, reason) => {
  expect(ask(change)).toEqual({ granted: false, ...reason })
})
