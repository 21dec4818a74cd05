import { expect, test } from 'vitest'
import { onClose } from './close-rule.ts'

test.each([
  [{ quitting: true, hasTray: true, choice: null }, 'close'],
  [{ quitting: true, hasTray: false, choice: 'keep-running' }, 'close'],
  [{ quitting: false, hasTray: false, choice: null }, 'quit'],
  [{ quitting: false, hasTray: false, choice: 'keep-running' }, 'quit'],
  [{ quitting: false, hasTray: true, choice: null }, 'ask'],
  [{ quitting: false, hasTray: true, choice: 'keep-running' }, 'close'],
  [{ quitting: false, hasTray: true, choice: 'quit' }, 'quit'],
] as const)('%j → %s', (facts, what) => expect(onClose(facts)).toBe(what))
