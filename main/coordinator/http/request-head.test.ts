import { expect, test } from 'vitest'
import { checkHead } from './request-head.ts'

const refusal = expect.objectContaining({ code: 'request.garbled' })
const HOST = ['Host', 'coordinator.example']

test.each([
  ['two hosts', '/', [...HOST, 'host', 'elsewhere.example'], /host comes twice/],
  ['two keys', '/', [...HOST, 'Authorization', 'Bearer a', 'AUTHORIZATION', 'Bearer b'], /authorization comes twice/],
  ['two digests', '/', [...HOST, 'Content-Digest', 'a', 'content-digest', 'a'], /content-digest comes twice/],
  ['two lengths', '/', [...HOST, 'Content-Length', '1', 'Content-Length', '1'], /content-length comes twice/],
  ['an address with a host of its own', 'http://elsewhere.example/v1/jobs', HOST, /by its path/],
  ['a star', '*', HOST, /by its path/],
  ['no host', '/', ['Accept', '*/*'], /Host header is missing/],
  ['an address of nine thousand characters', `/${'a'.repeat(9_000)}`, HOST, /longer than/],
  ['a hundred headers', '/', [...HOST, ...Array.from({ length: 200 }, (_, at) => `x-${at}`)], /more than 64 headers/],
])('%s is refused', (_, url, rawHeaders, words) => {
  expect(() => checkHead({ url, rawHeaders })).toThrow(refusal)
  expect(() => checkHead({ url, rawHeaders })).toThrow(words)
})

test('what proxies add is let through, also twice', () => {
  expect(() => checkHead({ url: '/v1/jobs?limit=1', rawHeaders: [...HOST, 'Via', '1.1 a', 'Via', '1.1 b', 'X-Forwarded-For', '::1'] })).not.toThrow()
})
