import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRedaction, withoutSecrets } from './hidden.ts'

test('what was hidden is said nowhere: not as it is, not in JSON, and not in an address', () => {
  const secret = 'p"ä\\ss/wörd 1'
  const clean = createRedaction([secret])
  for (const text of [`wrong: ${secret}`, JSON.stringify({ error: `wrong: ${secret}` }), `https://x.example/?q=${encodeURIComponent(secret)}`]) {
    expect(clean(text)).toContain('[redacted]')
    expect(clean(text)).not.toMatch(/wörd|w%C3%B6rd/)
  }
})

test.each([
  ['postgres://windfall:tiger-9@db.example/w', 'postgres://windfall:[redacted]@db.example/w'],
  ['http://127.0.0.1:1/?api-key=s3cret,x&page=2', 'http://127.0.0.1:1/?api-key=[redacted]&page=2'],
  ['GET https://web-api.example/api?securityToken=abc-def&documentType=A75', 'GET https://web-api.example/api?securityToken=[redacted]&documentType=A75'],
  ['authorization: Bearer eyJhbGciOi.J9', 'authorization: Bearer [redacted]'],
  [`key wf_${'a'.repeat(43)} is unknown`, 'key [redacted] is unknown'],
  [`session wfs_${'a'.repeat(43)}, token wfe_${'-'.repeat(43)}`, 'session [redacted], token [redacted]'],
  [`secret whsec_${'a/+1'.repeat(10)}=`, 'secret [redacted]'],
  ['-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----', '[redacted]'],
])('%s is written down as %s', (said, written) => {
  expect(withoutSecrets(said)).toBe(written)
})

test('what is no secret stays as it is', () => {
  for (const text of ['node-1 took job-2 at http://127.0.0.1:7465/v1/jobs?limit=20', 'https://x.example/a@b', 'lease lost: 2026-03-01T12:00:00Z', 'a key=1'])
    expect(withoutSecrets(text)).toBe(text)
  expect(createRedaction(['', 'short'])('in short')).toBe('in short')
})

// Whoever is refused has written most of what the refusal says: one that takes the square of its length would stop everybody else for minutes.
test('a long name that nothing follows is gone through once', () => {
  for (const piece of ['key', '&key', '//', '//:', ':a']) {
    const text = `?${piece.repeat(400_000 / piece.length)}`
    expect(withoutSecrets(text) === text).toBe(true)
  }
})

test('no secret of any shape gets through, even if one is a part of another', () => {
  // Of letters that the censor is not written in.
  const secret = fc.string({ unit: fc.constantFrom('x', 'Ω', '%', '"', '\\', '\ud800', ' '), minLength: 6, maxLength: 12 })
  fc.assert(
    fc.property(fc.array(secret, { minLength: 1, maxLength: 3 }), fc.constantFrom('', ' ', '/', 'x', '"'), (secrets, around) => {
      const clean = createRedaction(secrets)(secrets.map((one) => `${around}${one}${around}`).join(''))
      for (const one of secrets) expect(clean.includes(one)).toBe(false)
    }),
    { numRuns: 200 },
  )
})
