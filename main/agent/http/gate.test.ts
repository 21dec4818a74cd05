import { describe, expect, test } from 'vitest'
import { bearerToken, createToken, hostsOf, requireHost, requireOrigin, requireToken, subprotocolToken } from './gate.ts'

const hosts = hostsOf(4711)

describe('host', () => {
  test.each(['127.0.0.1:4711', 'localhost:4711'])('%s is this server', (host) => expect(() => requireHost({ host }, hosts)).not.toThrow())
  test.each(['127.0.0.1', '127.0.0.1:4712', 'evil.example:4711', '127.0.0.1:4711.evil.example', 'LOCALHOST:4711', '[::1]:4711', '0.0.0.0:4711', ''])(
    '%s is not',
    (host) => {
      expect(() => requireHost({ host }, hosts)).toThrow('loopback')
    },
  )
  test('a request without one is refused', () => expect(() => requireHost({}, hosts)).toThrow('loopback'))
})

describe('origin', () => {
  const host = '127.0.0.1:4711'
  test('the page that this server itself sent may connect', () => expect(() => requireOrigin({ host, origin: `http://${host}` }, 'required')).not.toThrow())
  test.each(['null', 'https://127.0.0.1:4711', 'http://127.0.0.1:4712', 'http://evil.example', 'http://localhost:4711', ''])('%s may not', (origin) => {
    expect(() => requireOrigin({ host, origin }, 'required')).toThrow('another site')
    expect(() => requireOrigin({ host, origin }, 'optional')).toThrow('another site')
  })
  test('only a plain request may lack one', () => {
    expect(() => requireOrigin({ host }, 'optional')).not.toThrow()
    expect(() => requireOrigin({ host }, 'required')).toThrow('another site')
  })
})

describe('token', () => {
  const token = createToken()
  test('is 192 bits of base64url and never the same', () => {
    expect(Buffer.from(token, 'base64url')).toHaveLength(24)
    expect(createToken()).not.toBe(token)
  })
  test.each([
    ['', 'auth.required'],
    [token.slice(0, -1), 'auth.refused'],
    [`${token}x`, 'auth.refused'],
    [token.toUpperCase() + '_', 'auth.refused'],
  ])('%j → %s', (offered, code) => {
    expect(() => requireToken(offered, token)).toThrow(expect.objectContaining({ code }))
  })
  test('travels in the header or beside the subprotocol, never alone', () => {
    expect(bearerToken({ authorization: `Bearer ${token}` })).toBe(token)
    expect(bearerToken({ authorization: `Basic ${token}` })).toBe('')
    expect(subprotocolToken({ 'sec-websocket-protocol': `windfall.v1, token.${token}` })).toBe(token)
    expect(subprotocolToken({ 'sec-websocket-protocol': `token.${token}` })).toBe('')
    expect(subprotocolToken({ 'sec-websocket-protocol': 'windfall.v1' })).toBe('')
  })
})
