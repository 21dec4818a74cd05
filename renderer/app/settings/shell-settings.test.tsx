import { afterEach, describe, expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { createFakeShell } from '../../../shared/contract/shell.fake.ts'
import type { ShellState, UpdateState } from '../../../shared/contract/shell.ts'
import { NOW, at } from '../../lib/afternoon.fake.ts'
import { openWindow } from '../window.fake.tsx'
import { updateText } from './updates-section.tsx'

afterEach(() => localStorage.clear())

async function openSettings(initial: Partial<ShellState> = {}) {
  const shell = createFakeShell(initial)
  const reload = vi.fn()
  const opened = await openWindow({ address: '#/settings', shell, reload })
  await expect.element(opened.screen.getByRole('region', { name: 'Updates' })).toBeVisible()
  return { ...opened, shell, reload }
}

describe('how the window looks', () => {
  test('a theme holds at once and can be undone; reset goes back to the system’s', async () => {
    const { screen, shell } = await openSettings({ theme: 'light' })
    await expect.poll(() => document.documentElement.dataset['theme']).toBe('light')
    await screen.getByRole('radio', { name: 'Dark' }).click()
    await expect.poll(() => document.documentElement.dataset['theme']).toBe('dark')
    await screen.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => document.documentElement.dataset['theme']).toBe('light')
    await screen.getByRole('button', { name: 'Reset: Theme' }).click()
    await expect.poll(() => document.documentElement.dataset['theme']).toBe(undefined)
    expect(shell.asked.map(({ input }) => input)).toEqual([{ theme: 'dark' }, { theme: 'light' }, { theme: 'system' }])
  })

  test('a language is chosen first and holds after, as the window opens anew', async () => {
    const { screen, shell, reload } = await openSettings()
    await screen.getByRole('combobox', { name: 'Language' }).selectOptions('Deutsch')
    expect(shell.asked).toEqual([])
    await screen.getByRole('button', { name: 'Use this language' }).click()
    await expect.poll(() => reload.mock.calls.length).toBe(1)
    expect(shell.asked).toEqual([{ name: 'changeShell', input: { language: 'de' } }])
  })

  test('a browser has both, too, and says in one line what it does not have', async () => {
    const { screen } = await openWindow({ address: '#/settings' })
    await screen.getByRole('radio', { name: 'Dark' }).click()
    await expect.poll(() => document.documentElement.dataset['theme']).toBe('dark')
    await expect.element(screen.getByText(/are settings of the Windfall app; a browser has none of them\./)).toBeVisible()
    expect(screen.getByRole('region', { name: 'Updates' }).elements()).toEqual([])
    await screen.getByRole('radio', { name: 'Like the system' }).click()
    await expect.poll(() => document.documentElement.dataset['theme']).toBe(undefined)
  })
})

describe('the shell', () => {
  test('starting at login, closing and staying awake are chosen, marked as changed and reset', async () => {
    const { screen, shell } = await openSettings()
    await screen.getByRole('checkbox', { name: 'Start Windfall when I log in to this computer.' }).click()
    await expect.element(screen.getByText('Windfall starts when you log in.')).toBeVisible()
    await screen.getByRole('radio', { name: 'Quit Windfall, which stops earning.' }).click()
    await screen.getByRole('radio', { name: 'Let it sleep, whether or not a job runs.' }).click()
    for (const name of ['Start at login', 'Closing the window', 'Keeping this computer awake'])
      await screen.getByRole('button', { name: `Reset: ${name}` }).click()
    await expect
      .poll(() => shell.asked.map(({ input }) => input))
      .toEqual([
        { startsAtLogin: true },
        { onClose: 'quit' },
        { keepsAwake: 'never' },
        { startsAtLogin: false },
        { onClose: 'keep-running' },
        { keepsAwake: 'on-mains' },
      ])
    await expect.poll(() => screen.getByRole('button', { name: /^Reset/ }).elements()).toEqual([])
  })

  test('where there is no tray, no way to start and no notifications, it says so', async () => {
    const { screen } = await openSettings({ hasTray: false, startsAtLogin: null, notificationsSupported: false })
    await expect.element(screen.getByText(/no tray in which Windfall could stay, so closing the window quits it/)).toBeVisible()
    await expect.element(screen.getByText(/offers no way to start a program at login/)).toBeVisible()
    await expect.element(screen.getByText(/This system shows no notifications now/)).toBeVisible()
    expect(screen.getByRole('button', { name: /^Show me/ }).elements()).toEqual([])
  })

  test('each kind of notification is switched, shown as a sample, and all come back with one press', async () => {
    const { screen, shell } = await openSettings()
    await screen.getByRole('button', { name: 'Show me: A payout has arrived' }).click()
    await screen.getByRole('switch', { name: /A payout is ready/ }).click()
    await expect.element(screen.getByText('Off: A payout is ready.')).toBeVisible()
    await screen.getByRole('button', { name: 'Reset: Notifications' }).click()
    await expect.poll(() => screen.getByRole('switch', { checked: true }).elements().length).toBe(5)
    expect(shell.asked[0]).toEqual({ name: 'showSample', input: { kind: 'payout-paid' } })
  })

  test('what the shell refuses is said, and nothing looks as if it had changed', async () => {
    const { screen, shell } = await openSettings()
    shell.refuse('The folder for programs that start at login cannot be written.')
    const login = screen.getByRole('checkbox', { name: /Start Windfall when I log in/ })
    await login.click()
    await expect.element(screen.getByRole('alert')).toMatchTextContent(/nothing has changed: The folder for programs that start at login cannot be written\./)
    await expect.element(login).not.toBeChecked()
  })

  test('an update is asked for, fetched and installed from one button that keeps the focus', async () => {
    const { screen, shell } = await openSettings()
    await screen.getByRole('button', { name: 'Check now' }).click()
    await expect.element(screen.getByText('Asking whether there is a newer version …')).toBeVisible()
    shell.become({ update: { state: 'downloading', version: '0.2.0', percent: 40 } })
    await expect.element(screen.getByText(/0\.2\.0 is being fetched: 40.?%/)).toBeVisible()
    shell.become({ update: { state: 'ready', version: '0.2.0', waitsForJob: true } })
    await expect.element(screen.getByRole('button', { name: 'Restart once no job runs' })).toHaveFocus()
    await userEvent.keyboard('{Enter}')
    await expect.poll(() => shell.asked.map(({ name }) => name)).toEqual(['checkForUpdate', 'installUpdate'])
  })

  test('its sections are found by their words', async () => {
    const { screen } = await openSettings()
    await screen.getByRole('searchbox', { name: 'Find a setting' }).fill('tray')
    await expect.element(screen.getByRole('region', { name: 'Closing the window' })).toBeVisible()
    await expect.poll(() => screen.getByRole('region', { name: 'Updates' }).elements()).toEqual([])
    expect(screen.getByText('No setting has these words.').elements()).toEqual([])
  })
})

test.each<readonly [UpdateState, RegExp]>([
  [{ state: 'off', why: 'This copy came from a package; update it there.' }, /came from a package/],
  [{ state: 'current', checkedAt: null }, /has not been asked yet/],
  [{ state: 'current', checkedAt: at(0) }, /newest version, as of 14:41/],
  [{ state: 'ready', version: '2', waitsForJob: false }, /2 is ready\. It is installed when Windfall starts again/],
  [{ state: 'failed', message: 'The server did not answer.', retryAt: null }, /failed: The server did not answer\.$/],
  [{ state: 'failed', message: 'The server did not answer.', retryAt: at(60_000) }, /did not answer\. The next one is at 14:42\./],
])('an update in words: %j', (update, text) => expect(updateText(update, NOW)).toMatch(text))
