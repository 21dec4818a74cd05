import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { secretsOf, withSecrets } from './secret-setting.ts'

const VARIABLES = { mapsKey: 'MAPS_KEY', place: 'PLACE_URL' }
const fileWith = (text: string, mode = 0o600): string => {
  const file = join(mkdtempSync(join(tmpdir(), 'windfall-secret-')), 'secret')
  writeFileSync(file, text, { mode })
  chmodSync(file, mode)
  return file
}

test('a secret comes from a variable, or from a file that a variable or the settings name', () => {
  const file = fileWith('from-a-file-1\n')
  expect(withSecrets(VARIABLES, { MAPS_KEY: 'from-the-environment' }, {})).toEqual({ mapsKey: 'from-the-environment' })
  expect(withSecrets(VARIABLES, { MAPS_KEY_FILE: file }, { port: 1 })).toEqual({ mapsKey: 'from-a-file-1', port: 1 })
  expect(withSecrets(VARIABLES, { MAPS_KEY: '' }, { mapsKeyFile: file })).toEqual({ mapsKey: 'from-a-file-1' })
  expect(withSecrets(VARIABLES, { MAPS_KEY_FILE: file }, { mapsKey: 'given-by-hand' })).toEqual({ mapsKey: 'given-by-hand' })
  expect(withSecrets(VARIABLES, { MAPS_KEY_FILE: '' }, { otherFile: 'x' })).toEqual({ otherFile: 'x' })
})

test('a file that others may read, or that is not there, stops the start, and so does a secret that is given twice', () => {
  const open = fileWith('readable-by-all', 0o644)
  expect(() => withSecrets(VARIABLES, { MAPS_KEY_FILE: open }, {})).toThrow(/other users may read it. Run: chmod 600/)
  expect(() => withSecrets(VARIABLES, { MAPS_KEY_FILE: `${open}-gone` }, {})).toThrow(/no file .*-gone for the setting mapsKey/)
  const both = () => withSecrets(VARIABLES, { MAPS_KEY_FILE: fileWith('one-secret'), MAPS_KEY: 'other-secret' }, {})
  expect(both).toThrow(/mapsKey is given twice: in MAPS_KEY and in the file that MAPS_KEY_FILE names/)
  expect(both).not.toThrow(/other-secret/)
})

test('what is secret of an address is its password, a key in its query, and a part of its path that nobody would remember', () => {
  expect(secretsOf('https://u:p%41ss-9@rpc.example/v2/aBcDeFgHiJkLmNoPq?api_key=query-3, http://127.0.0.1:8899')).toEqual([
    'p%41ss-9',
    'pAss-9',
    'query-3',
    'aBcDeFgHiJkLmNoPq',
  ])
  expect(secretsOf('a word')).toEqual(['a word'])
  // A percent sign that stands for itself.
  expect(secretsOf('postgres://w:100%zz@db/w')).toEqual(['100%zz', '100%zz'])
})

test('an address without a password, a key or a long word in its path is no secret', () => {
  for (const open of [
    'http://127.0.0.1:8899',
    'postgres://windfall@localhost/windfall',
    'https://api.devnet.solana.com',
    ['http://a.example', 'http://b.example'],
  ])
    expect(secretsOf(open), String(open)).toEqual([])
  for (const closed of ['a-key', 'postgres://w:tiger@db/w', 'http://127.0.0.1:1/?api-key=1', ['http://a.example', 'https://b.example/v2/aBcDeFgHiJkLmNoPq']])
    expect(secretsOf(closed), String(closed)).not.toEqual([])
})
