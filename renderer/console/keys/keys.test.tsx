import { expect, test } from 'vitest'
import { page } from 'vitest/browser'
import type { ApiKeyView } from '../../../shared/contract/api-key.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { NOW } from '../../lib/afternoon.fake.ts'
import { type FakeHandlers, aPerson, openConsole } from '../console.fake.tsx'

const at = new Date(NOW - 86_400_000).toISOString()

const aKey = (changes: Partial<ApiKeyView> = {}): ApiKeyView => ({
  prefix: 'abcdefgh',
  requesterId: 'requester-1',
  label: 'farm <b>1</b>',
  may: { 'jobs.read': 'own' },
  createdAt: at,
  createdBy: 'requester-1',
  expiresAt: null,
  lastUsedAt: null,
  revokedAt: null,
  revokedBy: null,
  state: 'active',
  ...changes,
})

function keyHandlers(): FakeHandlers {
  let keys = [aKey()]
  return {
    listApiKeys: () => ({ items: keys, next: null }),
    createApiKey: ({ label }) => {
      const key = aKey({ prefix: 'newkey00', label })
      keys = [key, ...keys]
      return { key, apiKey: 'wf_newkey00_secret' }
    },
    rotateApiKey: () => ({ key: aKey({ prefix: 'rotated0' }), apiKey: 'wf_rotated0_secret' }),
    revokeApiKey: ({ prefix }) => {
      keys = keys.map((key) => (key.prefix === prefix ? { ...key, state: 'revoked' as const, revokedAt: at } : key))
      return aKey({ prefix, state: 'revoked' })
    },
  }
}

test('a key is made with the rights that are ticked, shown once, and then known by its beginning', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/keys', me: aPerson('requester'), handlers: keyHandlers() })
  await expect.element(screen.getByRole('row', { name: /wf_abcdefgh….*farm <b>1<\/b>.*jobs\.read \(own\)/ })).toBeVisible()
  await screen.getByRole('button', { name: 'Make a key…' }).click()
  await screen.getByRole('button', { name: 'Make it' }).click()
  await expect.element(screen.getByRole('alert').getByText(/Give it a label/)).toBeVisible()
  await screen.getByRole('textbox', { name: 'Label' }).fill('render farm')
  await screen.getByRole('checkbox', { name: /jobs\.write/ }).click()
  await screen.getByRole('button', { name: 'Make it' }).click()
  await expect.element(screen.getByText('wf_newkey00_secret')).toBeVisible()
  expect(coordinator.asked).toContainEqual({
    name: 'createApiKey',
    input: { label: 'render farm', own: false, scopes: ['self.read', 'jobs.read'], seconds: 90 * 86_400 },
  })
  await screen.getByRole('button', { name: 'I have copied it' }).click()
  await expect.element(screen.getByRole('row', { name: /wf_newkey00…/ })).toBeVisible()
  expect(document.body.textContent).not.toContain('secret')
})

test('in a narrow window the rights stand one below another', async () => {
  await page.viewport(420, 800)
  const { screen } = await openConsole({ address: '#/keys', me: aPerson('requester'), handlers: keyHandlers() })
  await screen.getByRole('button', { name: 'Make a key…' }).click()
  await expect.element(screen.getByRole('checkbox', { name: /jobs\.write/ })).toBeInTheDocument()
  const labels = [...document.querySelectorAll('dialog fieldset label')]
  expect(labels.length).toBeGreaterThan(5)
  expect(labels.filter(({ scrollHeight, clientHeight }) => scrollHeight > clientHeight).map(({ textContent }) => textContent)).toEqual([])
})

test('a key that is revoked says so, and one that cannot be is left as it was', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/keys', handlers: keyHandlers() })
  coordinator.fail('rotateApiKey', new WindfallError('auth.refused', 'The key may do more than you.'))
  await screen.getByRole('button', { name: 'Rotate… wf_abcdefgh' }).click()
  await screen.getByRole('button', { name: 'Make the new key' }).click()
  await expect.element(screen.getByRole('alert').getByText('Nothing was made. The key may do more than you.')).toBeVisible()
  await screen.getByRole('button', { name: 'Cancel' }).click()
  await screen.getByRole('button', { name: 'Revoke… wf_abcdefgh' }).click()
  await screen.getByRole('button', { name: 'Revoke this key' }).click()
  await expect.element(screen.getByRole('row', { name: /Revoked/ })).toBeVisible()
  expect(screen.getByRole('button', { name: /^Rotate…/ }).query()).toBeNull()
})

test('an auditor sees keys and changes none', async () => {
  const { screen } = await openConsole({ address: '#/keys', me: aPerson('auditor'), handlers: keyHandlers() })
  await expect.element(screen.getByRole('row', { name: /wf_abcdefgh…/ })).toBeVisible()
  expect(screen.getByRole('button', { name: /Make a key|Rotate|Revoke/ }).query()).toBeNull()
})
