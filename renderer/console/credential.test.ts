import { expect, test } from 'vitest'
import { credentialIn, takeKey } from './credential.ts'

const KEY = `wf_abcdefgh${'s'.repeat(43)}`

function aTab(hash: string, hostname = '127.0.0.1') {
  const kept = new Map<string, string>()
  const address = { hash, hostname, pathname: '/console/', shown: '' }
  const storage = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => void kept.set(name, text),
    removeItem: (name: string) => void kept.delete(name),
  }
  takeKey({ location: address, history: { replaceState: (_data, _title, url) => void (address.shown = String(url)) }, storage })
  return { credential: credentialIn(storage), address, kept }
}

test('a key in the address is taken out of it, and kept for this tab', () => {
  const { credential, address } = aTab(`#key=${KEY}`)
  expect(credential.apiKey()).toBe(KEY)
  expect(address.shown).toBe('/console/')
})

test.each(['windfall.example', '127.0.0.1.example.com', 'localhost.example', 'evil-localhost', '10.0.0.7', '[::2]'])(
  'a link to the coordinator at %s signs nobody in with the key of whoever sent it',
  (hostname) => {
    const { credential, address } = aTab(`#key=${KEY}`, hostname)
    expect(credential.apiKey()).toBeNull()
    expect(address.shown).toBe('/console/')
  },
)

test.each(['localhost', '[::1]', '127.8.9.10'])('at %s, which is this machine, a link may bring a key', (hostname) => {
  expect(aTab(`#key=${KEY}`, hostname).credential.apiKey()).toBe(KEY)
})

test.each(['#key=', '#key=<script>', '#key=wf_', `#key=wf_${'x'.repeat(500)}`, '#/jobs'])('%s is no key', (hash) => {
  expect(aTab(hash).credential.apiKey()).toBeNull()
})

test('a key that was forgotten is gone', () => {
  const { credential, kept } = aTab(`#key=${KEY}`)
  credential.use(null)
  expect(credential.apiKey()).toBeNull()
  expect(kept.size).toBe(0)
})
