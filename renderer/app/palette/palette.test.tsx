import { afterEach, describe, expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { createFakeShell } from '../../../shared/contract/shell.fake.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { NOW } from '../../lib/afternoon.fake.ts'
import { createFakeTransport } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

afterEach(() => localStorage.clear())

async function openPalette(setUp: Parameters<typeof openWindow>[0] = {}) {
  const opened = await openWindow({ shell: createFakeShell(), ...setUp })
  await expect.element(opened.screen.getByRole('heading', { level: 1 })).toBeVisible()
  await userEvent.keyboard('{Control>}k{/Control}')
  const field = opened.screen.getByRole('combobox', { name: 'Find a command, page or setting' })
  await expect.element(field).toHaveFocus()
  return { ...opened, field }
}
const voice = () => [...document.querySelectorAll('body output.sr-only')].at(-1)?.textContent ?? ''
const active = () => document.getElementById(document.querySelector('[role=combobox]')?.getAttribute('aria-activedescendant') ?? '')

describe('the list of commands', () => {
  test('letters find, arrows choose, Enter does it, and the page takes the focus', async () => {
    const { screen, field } = await openPalette({ address: '#/jobs' })
    await field.fill('payo')
    await expect.element(screen.getByRole('option').first()).toMatchTextContent(/^Payouts/)
    expect(active()?.getAttribute('aria-selected')).toBe('true')
    await expect.element(screen.getByText(/^\d+ commands?$/)).toBeInTheDocument()
    await userEvent.keyboard('{ArrowDown}{ArrowUp}{Enter}')
    await expect.element(screen.getByRole('heading', { level: 1, name: 'Payouts' })).toHaveFocus()
    expect(screen.getByRole('dialog').elements()).toEqual([])
  })

  test('Escape gives the focus back to the button that opened it; the same keys close it', async () => {
    const { screen } = await openWindow()
    await screen.getByRole('button', { name: /^Find…/ }).click()
    await expect.element(screen.getByRole('combobox', { name: /Find a command/ })).toHaveFocus()
    await userEvent.keyboard('{Escape}')
    await expect.element(screen.getByRole('button', { name: /^Find…/ })).toHaveFocus()
    await userEvent.keyboard('{Control>}kk{/Control}')
    await expect.poll(() => screen.getByRole('dialog').elements()).toEqual([])
    await expect.element(screen.getByRole('button', { name: /^Find…/ })).toHaveFocus()
  })

  test('what was given last comes first the next time', async () => {
    const { screen, field } = await openPalette()
    await field.fill('theme dark')
    await userEvent.keyboard('{Enter}')
    await expect.poll(() => document.documentElement.dataset['theme']).toBe('dark')
    await userEvent.keyboard('{Control>}k{/Control}')
    await screen.getByRole('combobox', { name: /Find a command/ }).fill('theme')
    await userEvent.keyboard('{Enter}')
    await expect.poll(() => document.documentElement.dataset['theme']).toBe(undefined)
    await userEvent.keyboard('{Control>}k{/Control}')
    await expect.element(screen.getByRole('option').first()).toMatchTextContent(/^Theme: dark/)
    await screen.getByRole('combobox', { name: /Find a command/ }).fill('zzz')
    await expect.element(screen.getByText('Nothing has these words. Try fewer letters.')).toBeVisible()
  })

  test('a rule is jumped to, with the keyboard on it', async () => {
    const { screen, field } = await openPalette()
    await field.fill('mains power')
    await userEvent.keyboard('{Enter}')
    await expect.element(screen.getByRole('checkbox', { name: 'Only on mains power.' })).toHaveFocus()
    await userEvent.keyboard('{Control>}k{/Control}')
    await screen.getByRole('combobox', { name: /Find a command/ }).fill('notifications')
    await userEvent.keyboard('{Enter}')
    await expect.element(screen.getByRole('switch', { name: /A payout is ready/ })).toHaveFocus()
  })

  test('a verb of the owner’s is given, offered to be undone, and a refusal is said', async () => {
    const { screen, field, transport } = await openPalette({ address: '#/jobs' })
    await field.fill('pause resume')
    await userEvent.keyboard('{Enter}')
    await expect.element(screen.getByText('Paused until you resume.')).toBeVisible()
    expect(transport.asked).toContainEqual({ name: 'pause', input: { until: null } })
    await userEvent.keyboard('{Control>}z{/Control}')
    await expect.poll(() => transport.asked.map(({ name }) => name)).toContain('resume')
    transport.fail('pause', new WindfallError('storage.failed', 'The disk is full.'))
    await userEvent.keyboard('{Control>}k{/Control}')
    await screen.getByRole('combobox', { name: /Find a command/ }).fill('pause 1 hour')
    await userEvent.keyboard('{Enter}')
    await expect.element(screen.getByRole('alert')).toMatchTextContent('That did not work: The disk is full.')
  })

  test('what cannot be given now says why, and Enter leaves the list open', async () => {
    const transport = createFakeTransport()
    const { screen, field } = await openPalette({ transport, address: '#/receipts' })
    transport.setLink({ state: 'lost', since: NOW })
    await field.fill('finish')
    await expect
      .element(screen.getByRole('listbox', { name: 'Commands' }).getByRole('option').first())
      .toMatchTextContent(/Needs the agent, which does not answer/)
    await userEvent.keyboard('{Enter}')
    await expect.element(field).toHaveFocus()
  })
})

describe('shortcuts', () => {
  test('“?” lists them and is left alone in a field; Escape closes; it can be switched off', async () => {
    const { screen } = await openWindow({ address: '#/settings' })
    const find = screen.getByRole('searchbox', { name: 'Find a setting' })
    await find.click()
    await userEvent.keyboard('?')
    await expect.element(find).toHaveValue('?')
    await find.fill('keyboard')
    screen.getByRole('heading', { level: 1 }).element().focus()
    await userEvent.keyboard('?')
    const list = screen.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await expect.element(list).toMatchTextContent(/Ctrl.*Shift.*P.*Pause until I resume, or resume/)
    await userEvent.keyboard('{Escape}')
    await expect.poll(() => list.elements()).toEqual([])
    await screen.getByRole('checkbox', { name: /A single character is a shortcut/ }).click()
    screen.getByRole('heading', { level: 1 }).element().focus()
    await userEvent.keyboard('?')
    expect(list.elements()).toEqual([])
  })

  test('pages by their place, and the status read aloud as often as it is asked for', async () => {
    const { screen } = await openWindow()
    await expect.element(screen.getByRole('region', { name: 'Right now' })).toBeVisible()
    await userEvent.keyboard('{Control>}3{/Control}')
    await expect.element(screen.getByRole('heading', { level: 1, name: 'Jobs' })).toHaveFocus()
    await userEvent.keyboard('{Control>}{Shift>}S{/Shift}{/Control}')
    await expect.poll(voice).toMatch(/^Windfall: Earning\. Works on .* confirmed today, before electricity\.$/)
    const first = voice()
    await userEvent.keyboard('{Control>}{Shift>}S{/Shift}{/Control}')
    await expect.poll(voice).not.toBe(first)
  })

  test('Ctrl Shift P pauses and resumes from any page, and the undo lasts six seconds, longer under the pointer', async () => {
    const { screen, transport, clock } = await openWindow({ address: '#/grid' })
    await expect.element(screen.getByRole('heading', { level: 1 })).toBeVisible()
    await expect.poll(() => transport.asked.map(({ name }) => name)).toContain('getStatus')
    await userEvent.keyboard('{Control>}{Shift>}P{/Shift}{/Control}')
    const undo = screen.getByRole('button', { name: 'Undo' })
    await undo.hover()
    clock.advance(20_000)
    await expect.element(undo).toBeVisible()
    await undo.click()
    await expect.poll(() => transport.asked.map(({ name }) => name)).toContain('resume')
    await expect.element(screen.getByRole('main')).toHaveFocus()
    await userEvent.keyboard('{Control>}{Shift>}P{/Shift}{/Control}')
    await screen.getByRole('heading', { level: 1 }).hover()
    await expect.element(undo).toBeVisible()
    clock.advance(6_000)
    await expect.poll(() => undo.elements()).toEqual([])
  })
})
