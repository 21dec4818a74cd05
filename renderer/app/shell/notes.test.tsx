import { afterEach, describe, expect, test, vi } from 'vitest'
import { createFakeShell } from '../../../shared/contract/shell.fake.ts'
import type { ShellState } from '../../../shared/contract/shell.ts'
import { NOW, at } from '../../lib/afternoon.fake.ts'
import { aStatus } from '../../lib/fixtures.fake.ts'
import { createFakeTransport } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

afterEach(() => localStorage.clear())

const openWith = async (initial: Partial<ShellState>) => {
  const shell = createFakeShell(initial)
  return { shell, ...(await openWindow({ shell })) }
}

describe('after the first close', () => {
  test('the window says once what closing it does, and the other way is one press away', async () => {
    const { screen, shell } = await openWith({ onClose: 'keep-running' })
    await expect.element(screen.getByText('Windfall keeps earning in the tray when this window closes.')).toBeVisible()
    await screen.getByRole('button', { name: 'Quit instead' }).click()
    await expect.poll(() => shell.asked).toEqual([{ name: 'changeShell', input: { onClose: 'quit' } }])
    await expect.element(screen.getByRole('main')).toHaveFocus()
    await screen.unmount()
    const again = await openWith({ onClose: 'quit' })
    await expect.element(again.screen.getByRole('heading', { level: 1 })).toBeVisible()
    expect(document.body.textContent).not.toContain('when this window closes')
  })

  test('not before it was closed, nor where there is no tray', async () => {
    const { screen, shell } = await openWith({ onClose: null })
    await expect.element(screen.getByText('Connected')).toBeVisible()
    shell.become({ onClose: 'quit', hasTray: false })
    await expect.element(screen.getByRole('heading', { level: 1 })).toBeVisible()
    expect(document.body.textContent).not.toContain('when this window closes')
  })
})

describe('versions', () => {
  test('a window and an agent of different versions: restart, or into the update that is ready', async () => {
    const { screen, shell } = await openWith({ version: '0.2.0' })
    await expect.element(screen.getByText(/This window is of version 0\.2\.0, the agent of version 0\.1\.0\./)).toBeVisible()
    shell.become({ update: { state: 'ready', version: '0.2.1', waitsForJob: false } })
    await screen.getByRole('button', { name: 'Restart to update' }).click()
    await expect.poll(() => shell.asked.map(({ name }) => name)).toEqual(['installUpdate'])
  })

  test('a page in a browser is loaded anew when the agent behind it is another', async () => {
    const [transport, reload] = [createFakeTransport(), vi.fn()]
    const { screen } = await openWindow({ transport, reload })
    await expect.element(screen.getByText('Connected')).toBeVisible()
    expect(document.body.textContent).not.toContain('Restart to finish updating.')
    transport.answer({ getStatus: () => aStatus({ version: '0.3.0' }) })
    transport.push('changed', { seq: 1, what: ['status'] })
    await screen.getByRole('button', { name: 'Load the page anew' }).click()
    expect(reload).toHaveBeenCalledOnce()
  })
})

test('an agent that ended by itself, and one that keeps ending, are started again from here, and nothing is said twice', async () => {
  const { screen, shell, transport } = await openWith({ agent: { state: 'restarting', endedAt: at(0), retryAt: at(60_000), message: 'It ran out of memory.' } })
  transport.setLink({ state: 'lost', since: NOW })
  await expect.element(screen.getByText(/^The agent is not running, .* It ran out of memory\./)).toBeVisible()
  expect(document.body.textContent).not.toContain('has not answered since')
  shell.become({ agent: { state: 'gave-up', endedAt: at(0), message: 'It ended 5 times in 10 minutes.' } })
  await expect.element(screen.getByText(/5 times in 10 minutes\./)).toBeVisible()
  await screen.getByRole('button', { name: 'Start now' }).click()
  await expect.poll(() => shell.asked.map(({ name }) => name)).toEqual(['startAgent'])
})
