import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { newCode, readCode, spokenCode } from './fleet-code.ts'

test('a code is eight characters nobody mistakes, and is understood however it was typed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (bytes) => {
      const code = newCode(() => bytes)
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{8}$/)
      expect(spokenCode(code)).toMatch(/^.{4}-.{4}$/)
      for (const typed of [code, spokenCode(code), code.toLowerCase(), ` ${code} `, code.replaceAll('0', 'o').replaceAll('1', 'l')])
        expect(readCode(typed)).toBe(code)
    }),
  )
  for (const typed of ['', 'ABCD', 'ABCD-EFGHJ', 'ABCD-EFGU', 'ABCD_EFGH', '🙂🙂🙂🙂']) expect(readCode(typed)).toBeNull()
})

test('every code is as likely as every other', () => {
  const all = new Set(Array.from({ length: 256 }, (_, byte) => newCode(() => new Uint8Array(8).fill(byte))))
  expect(all.size).toBe(32)
})
