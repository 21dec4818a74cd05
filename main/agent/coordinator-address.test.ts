import { expect, test } from 'vitest'
import { coordinatorAddress } from './coordinator-address.ts'

test.each([
  [' https://Grid.Example.org ', 'https://grid.example.org'],
  ['https://grid.example.org:8443/', 'https://grid.example.org:8443'],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ['http://localhost:8080', 'http://localhost:8080'],
  ['http://[::1]:8080', 'http://[::1]:8080'],
])('%s is kept as %s', (typed, origin) => {
  expect(coordinatorAddress(typed)).toBe(origin)
})

test.each([
  'grid.example.org',
  'https:grid.example.org',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'ws://grid.example.org',
  'http://grid.example.org',
  'http://127.evil.example',
  'http://192.168.1.5:8080',
  'https://me@grid.example.org',
  'https://me:secret@grid.example.org',
  'https://grid.example.org/v1',
  'https://grid.example.org/?token=1',
  'https://grid.example.org/?',
  'https://grid.example.org/#',
  '',
])('%s is refused, and not repeated', (typed) => {
  expect(() => coordinatorAddress(typed)).toThrow(expect.objectContaining({ code: 'input.invalid', message: expect.not.stringContaining('secret') }))
})
