import { expect, test } from 'vitest'
import { displayOf } from './display.ts'

test.each([
  [['blocked', 'user'], true, true, false, 'action-needed'],
  [['consent', 'owner-present'], false, false, false, 'action-needed'],
  [['user', 'consent'], false, false, false, 'paused'],
  [['user'], false, false, true, 'action-needed'],
  [['user', 'battery'], true, true, false, 'paused'],
  [['battery'], true, true, false, 'finishing'],
  [['battery'], true, false, false, 'waiting'],
  [[], true, false, false, 'earning'],
  [[], false, false, false, 'ready'],
] as const)('display: %j, job %s, finishing %s, fault %s is %s', (reasons, jobRunning, finishing, fault, display) => {
  expect(displayOf({ reasons: reasons.map((code) => ({ code })), jobRunning, finishing, fault })).toBe(display)
})
