import { expect, test } from 'vitest'
import { WindfallError } from '../../../shared/errors.ts'
import { aPerson, openConsole } from '../console.fake.tsx'
import { fleetHandlers } from '../fleet/fleet.fake.ts'

const KEY = `wf_abcdefgh${'s'.repeat(43)}`
const nobody = () => Promise.reject(new WindfallError('auth.required', 'Sign in first.'))

test('whoever has not signed in sees how to, and nothing else', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/fleet', handlers: { ...fleetHandlers([]), whoAmI: nobody } })
  await expect.element(screen.getByRole('heading', { name: 'Windfall console' })).toBeVisible()
  expect(screen.getByRole('link', { name: 'Sign in' }).element().getAttribute('href')).toBe('/auth/sign-in?return=%2Fconsole%2F')
  expect(coordinator.asked.map(({ name }) => name)).toEqual(['whoAmI'])
})

test('a key opens the page that was asked for', async () => {
  const { screen, coordinator, credential } = await openConsole({ address: '#/fleet', handlers: { ...fleetHandlers([]), whoAmI: nobody } })
  await screen.getByLabelText('API key').fill('not a key')
  await screen.getByRole('button', { name: 'Use this key' }).click()
  await expect.element(screen.getByText(/An API key begins with wf_/)).toBeVisible()
  coordinator.answer({ whoAmI: () => aPerson('operator') })
  await screen.getByLabelText('API key').fill(`  ${KEY}\n`)
  await screen.getByRole('button', { name: 'Use this key' }).click()
  await expect.element(screen.getByRole('heading', { name: 'Fleet' })).toBeVisible()
  expect(credential.apiKey()).toBe(KEY)
})

test('a key that ends in the middle leads back to the door, and says so', async () => {
  const { screen, coordinator, credential } = await openConsole({ address: '#/fleet', handlers: fleetHandlers([]) })
  credential.use(KEY)
  await expect.element(screen.getByRole('heading', { name: 'Fleet' })).toBeVisible()
  coordinator.answer({ whoAmI: nobody, listNodes: nobody })
  coordinator.change('nodes')
  await expect.element(screen.getByRole('alert').getByText(/not accepted here/)).toBeVisible()
})

test('a key that is revoked leads back to the door at once, be it that nothing on the page is asked for', async () => {
  const { screen, coordinator, credential } = await openConsole({ address: '#/fleet', handlers: fleetHandlers([]) })
  credential.use(KEY)
  await expect.element(screen.getByRole('heading', { name: 'Fleet' })).toBeVisible()
  coordinator.fail('whoAmI', new WindfallError('auth.refused', 'This API key is unknown, has expired or was revoked.'))
  coordinator.setLink({ state: 'refused', message: 'This API key is unknown, has expired or was revoked.' })
  await expect.element(screen.getByRole('alert').getByText(/not accepted here/)).toBeVisible()
})

test('signing out forgets everything that was shown', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/fleet', handlers: { ...fleetHandlers([]), signOut: () => ({}) } })
  await expect.element(screen.getByRole('heading', { name: 'Fleet' })).toBeVisible()
  coordinator.answer({ whoAmI: nobody })
  await screen.getByRole('button', { name: 'Sign out' }).click()
  await expect.element(screen.getByRole('heading', { name: 'Windfall console' })).toBeVisible()
  expect(coordinator.asked.map(({ name }) => name)).toContain('signOut')
})
