import { expect, test } from 'vitest'
import { doubtAbout, signWebhook, webhookSecret } from './webhook-signature.ts'

// The example of the Standard Webhooks specification 1.0 and its libraries.
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const MESSAGE = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: '1614265330', body: '{"test": 2432232314}' }
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
const NOW = 1_614_265_330_000

test('signs as the specification does', () => {
  expect(signWebhook(SECRET, MESSAGE)).toBe(SIGNATURE)
})

test('takes a message by any of its signatures, for five minutes', () => {
  const signed = { ...MESSAGE, signatures: `v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,abc ${SIGNATURE}` }
  expect(doubtAbout(signed, SECRET, NOW + 300_000)).toBeNull()
  expect(doubtAbout(signed, SECRET, NOW - 300_000)).toBeNull()
  expect(doubtAbout(signed, SECRET, NOW + 301_000)).toBe('age')
  expect(doubtAbout(signed, SECRET, NOW - 301_000)).toBe('age')
})

test.each([
  ['another body', { body: '{"test": 2432232315}' }],
  ['another id', { id: 'msg_p5jXN8AQM9LWM0D4loKWxJel' }],
  ['another time', { timestamp: '1614265331' }],
  ['no signature', { signatures: '' }],
  ['half a signature', { signatures: SIGNATURE.slice(0, 20) }],
  ['another version', { signatures: SIGNATURE.replace('v1', 'v2') }],
])('does not take %s', (_, changed) => {
  expect(doubtAbout({ ...MESSAGE, signatures: SIGNATURE, ...changed }, SECRET, NOW)).toBe('signature')
})

test('a secret is 32 random bytes, and nothing else is one', () => {
  expect(webhookSecret((bytes) => new Uint8Array(bytes).fill(1))).toBe('whsec_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=')
  for (const secret of ['', 'whsec_', 'whsec_!!!!', `whsec_${'A'.repeat(10)}`]) expect(() => signWebhook(secret, MESSAGE)).toThrow(RangeError)
})
