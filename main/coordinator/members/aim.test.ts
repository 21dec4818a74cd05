import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { aimOf } from './aim.ts'

const aim = (query: Record<string, string>) => aimOf(new URLSearchParams(query))

test.each([
  '//evil.example',
  '/\\evil.example',
  'https://evil.example',
  '/ok\n',
  '/\t/evil.example',
  '/auth/callback',
  '/auth/../auth/callback',
  'javascript:alert(1)',
  '',
])('leads nowhere but to a page of this coordinator: %j', (path) => expect(() => aim({ return: path })).toThrow(/a page of this coordinator/))

test('whatever is asked for, a browser stays here', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('/', '\\', '.', '@', ':', '%', '?', '#', '\t', '\n', 'a', '2f', 'évil') }), (path) => {
      try {
        const found = aim({ return: path })
        expect(found.kind === 'page' && new URL(found.path, 'https://here.example').origin).toBe('https://here.example')
      } catch (error) {
        expect(error).toMatchObject({ code: 'input.invalid' })
      }
    }),
  )
})

test('leads to the page that was asked for, or back to the command line', () => {
  expect(aim({})).toEqual({ kind: 'page', path: '/auth/signed-in' })
  expect(aim({ return: '/console/jobs?state=queued' })).toEqual({ kind: 'page', path: '/console/jobs?state=queued' })
  expect(() => aimOf(new URLSearchParams('return=/a&return=/b'))).toThrow(/twice/)
  const challenge = 'c'.repeat(43)
  expect(aim({ challenge, port: '49152', label: 'studio-7' })).toEqual({ kind: 'cli', challenge, port: 49_152, label: 'studio-7' })
  expect(aim({ challenge })).toEqual({ kind: 'cli', challenge, port: null, label: null })
  for (const wrong of [{ port: '80' }, { port: '1e5' }, { label: '<b>' }, { challenge: 'short' }])
    expect(() => aim({ challenge, ...wrong })).toThrow(/windfall login/)
})
