import { expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { WindfallError } from '../../../shared/errors.ts'
import { aPerson, openConsole } from '../console.fake.tsx'
import { NOW } from '../../lib/afternoon.fake.ts'
import { aNode, fleetHandlers } from './fleet.fake.ts'
import { aNodeView } from './node.fake.ts'

test('the fleet is shown with what each node does', async () => {
  const { screen } = await openConsole({
    address: '#/fleet',
    handlers: fleetHandlers([aNode(1), aNode(2, { state: 'quarantined', reason: '2 results unlike others' })]),
  })
  await expect.element(screen.getByRole('heading', { name: 'Fleet' })).toBeVisible()
  await expect.element(screen.getByRole('row', { name: /Quarantined.*2 results unlike others/ })).toBeVisible()
})

test('a filter is in the address, and an address is a filter', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/fleet?state=quarantined,bogus', handlers: fleetHandlers([aNode(1)]) })
  await expect.element(screen.getByRole('combobox', { name: 'State' })).toHaveValue('quarantined')
  expect(coordinator.asked.filter(({ name }) => name === 'listNodes').map(({ input }) => input)).toContainEqual(
    expect.objectContaining({ state: 'quarantined' }),
  )
  await screen.getByRole('combobox', { name: 'Presence' }).selectOptions('offline')
  await expect.poll(() => location.hash).toBe('#/fleet?state=quarantined%2Cbogus&presence=offline')
})

test('j, k and the slash lead through the list', async () => {
  const { screen } = await openConsole({ address: '#/fleet', handlers: fleetHandlers([aNode(1), aNode(2)]) })
  await expect.element(screen.getByRole('table')).toBeVisible()
  await userEvent.keyboard('jj')
  await expect.poll(() => document.activeElement?.closest('tr')?.dataset['index']).toBe('1')
  await userEvent.keyboard('k')
  await expect.poll(() => document.activeElement?.closest('tr')?.dataset['index']).toBe('0')
  await userEvent.keyboard('/')
  await expect.element(screen.getByRole('searchbox', { name: 'Search' })).toHaveFocus()
})

test('what changes is shown by itself', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/fleet', handlers: fleetHandlers([aNode(1)]) })
  await expect.element(screen.getByText('1 row')).toBeVisible()
  coordinator.answer(fleetHandlers([aNode(2), aNode(1)]))
  coordinator.change('nodes')
  await expect.element(screen.getByText('2 rows')).toBeVisible()
})

test('an error says what to do, and the way back works', async () => {
  const { screen, coordinator } = await openConsole({ address: '#/fleet', handlers: fleetHandlers([]) })
  await expect.element(screen.getByText('No nodes yet.')).toBeVisible()
  await expect.element(screen.getByText('Quarantined', { exact: true }).first()).toBeVisible()
  expect(screen.getByRole('alert').query()).toBeNull()
  coordinator.fail('listNodes', new WindfallError('internal', 'The fleet cannot be read.'))
  location.hash = '#/fleet?state=removed'
  await expect.element(screen.getByRole('alert').getByText(/The fleet cannot be read/)).toBeVisible()
  coordinator.answer(fleetHandlers([]))
  await screen.getByRole('alert').filter({ hasText: 'The fleet cannot be read' }).getByRole('button', { name: 'Try again' }).click()
  await expect.element(screen.getByText('No nodes match.')).toBeVisible()
})

test('nobody sees a page that their role does not have', async () => {
  const { screen } = await openConsole({ address: '#/fleet', me: aPerson('requester') })
  await expect.element(screen.getByText(/needs the permission fleet.read/)).toBeVisible()
  expect(screen.getByRole('navigation').getByRole('link', { name: 'Fleet' }).query()).toBeNull()
})

const picking = (number: number) => ({ name: `Pick ${aNode(number).nodeId}` })
const inputsOf = (asked: readonly { readonly name: string; readonly input: unknown }[], name: string) =>
  asked.filter((one) => one.name === name).map(({ input }) => input)

test('several nodes are quarantined with one reason, and the one that was refused stays picked and is named', async () => {
  const { screen, coordinator } = await openConsole({
    address: '#/fleet',
    handlers: {
      ...fleetHandlers([aNode(1), aNode(2), aNode(3)]),
      quarantineNode: ({ nodeId }) => {
        if (nodeId === aNode(2).nodeId) throw new WindfallError('conflict', 'It was removed a moment ago.')
        return aNodeView({ nodeId, state: 'quarantined' })
      },
    },
  })
  for (const number of [1, 2]) await screen.getByRole('checkbox', picking(number)).click()
  await screen.getByRole('button', { name: 'Quarantine…' }).click()
  const dialog = screen.getByRole('dialog', { name: 'Quarantine 2 nodes?' })
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('Two results unlike others')
  await dialog.getByRole('button', { name: 'Quarantine 2 nodes' }).click()
  await expect.element(screen.getByText('1 of 2 nodes was quarantined. Why one was not stands above the list.')).toBeVisible()
  await expect.element(screen.getByRole('alert').getByText(/It was removed a moment ago/)).toBeVisible()
  await expect.element(screen.getByRole('checkbox', picking(2))).toBeChecked()
  await expect.element(screen.getByRole('checkbox', picking(1))).not.toBeChecked()
  expect(inputsOf(coordinator.asked, 'quarantineNode')).toContainEqual({ nodeId: aNode(1).nodeId, reason: 'Two results unlike others' })
})

test('what was picked is picked no longer on another list', async () => {
  const { screen } = await openConsole({ address: '#/fleet', handlers: fleetHandlers([aNode(1)]) })
  await screen.getByRole('checkbox', picking(1)).click()
  await expect.element(screen.getByText('1 node picked')).toBeVisible()
  await screen.getByRole('combobox', { name: 'State' }).selectOptions('active')
  await expect.element(screen.getByText('x picks a node')).toBeVisible()
})

test('whoever only looks sees the same list without acts', async () => {
  const { screen } = await openConsole({
    address: '#/fleet?owner=studio-1',
    me: aPerson('viewer'),
    handlers: fleetHandlers([aNode(1, { owner: '<b>bold</b>' })]),
  })
  await expect.element(screen.getByRole('table', { name: 'nodes' })).toBeVisible()
  await expect.element(screen.getByRole('searchbox', { name: 'Owner' })).toHaveValue('studio-1')
  expect(screen.getByRole('checkbox', { name: /Pick/ }).query()).toBeNull()
  expect(document.querySelector('td b')).toBeNull()
})

test('a token is shown once, and can be ended', async () => {
  const token = {
    tokenId: 'token-1',
    owner: 'Studio',
    createdBy: 'member:mia',
    createdAt: new Date(NOW).toISOString(),
    expiresAt: new Date(NOW + 86_400_000).toISOString(),
    uses: 20,
    used: 0,
    revokedAt: null,
  }
  let tokens = [] as (typeof token)[]
  const { screen, coordinator } = await openConsole({
    address: '#/fleet?view=tokens',
    handlers: {
      listEnrolmentTokens: () => ({ items: tokens, next: null }),
      createEnrolmentToken: () => {
        tokens = [token]
        return { ...token, token: 'wft_secret-of-this-token' }
      },
      revokeEnrolmentToken: () => {
        tokens = []
        return { ...token, revokedAt: token.createdAt }
      },
    },
  })
  await screen.getByRole('button', { name: 'Make a token…' }).click()
  const dialog = screen.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'How many machines' }).fill('0')
  await dialog.getByRole('button', { name: 'Make it' }).click()
  await expect.element(dialog.getByRole('alert').getByText(/a whole number from 1/)).toBeVisible()
  await dialog.getByRole('textbox', { name: 'How many machines' }).fill('20')
  await dialog.getByRole('textbox', { name: 'Owner' }).fill('Studio')
  await dialog.getByRole('button', { name: 'Make it' }).click()
  await expect.element(screen.getByText('wft_secret-of-this-token', { exact: true })).toBeVisible()
  expect(inputsOf(coordinator.asked, 'createEnrolmentToken')).toEqual([{ owner: 'Studio', uses: 20, seconds: 86_400 }])
  await screen.getByRole('button', { name: 'I have copied it' }).click()
  await expect.element(screen.getByText('wft_secret-of-this-token', { exact: true })).not.toBeInTheDocument()
  await screen.getByRole('button', { name: 'End… the token of Studio, token-1' }).click()
  await screen.getByRole('dialog').getByRole('button', { name: 'End 1 token' }).click()
  await expect.element(screen.getByText('No tokens.')).toBeVisible()
})
