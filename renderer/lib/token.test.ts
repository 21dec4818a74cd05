import { expect, test } from 'vitest'
import { takeToken } from './token.ts'

const TOKEN = 'abcDEF_123-abcDEF_123-abcDEF_123'

function places(hash: string, stored: Record<string, string> = {}) {
  const replaced: unknown[] = []
  return {
    replaced,
    stored,
    location: { hash, pathname: '/' },
    history: { replaceState: (...args: unknown[]) => void replaced.push(args[2]) },
    storage: { getItem: (key: string) => stored[key] ?? null, setItem: (key: string, value: string) => void (stored[key] = value) },
  }
}

test('the token is taken once, kept for the tab, and leaves the address bar', () => {
  const first = places(`#token=${TOKEN}`)
  expect(takeToken(first)).toBe(TOKEN)
  expect(first.replaced).toEqual(['/'])
  expect(takeToken(places('#/receipts', first.stored))).toBe(TOKEN)
})

test('without one there is none, and the address stays', () => {
  const empty = places('#/jobs')
  expect(takeToken(empty)).toBe('')
  expect(empty.replaced).toEqual([])
})

test('a newer token replaces an older one', () => {
  const visit = places(`#token=${TOKEN}`, { 'windfall-token': 'old-token-old-token' })
  expect(takeToken(visit)).toBe(TOKEN)
})
