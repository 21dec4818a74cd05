import { expect, test } from 'vitest'
import { CONSENT_TEXT } from '../../../shared/contract/first-run.ts'
import { PERMISSIONS } from './permissions.ts'

/** SHA-256 of each text that owners agree to, by its name. */
const TEXTS: Readonly<Record<string, string>> = {
  '2026-11': 'fcf9bc74fbba4922f530b34b5a3aa52d7a710c1fd4d2216de1a5bf15ed565652',
}

test('another text of the permissions bears another name, so that whoever agreed to the one before is asked again', async () => {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(PERMISSIONS)))
  expect(Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')).toBe(TEXTS[CONSENT_TEXT])
})
