import { expect, test } from 'vitest'
import { aDiagnosis } from '../../../shared/contract/first-run.fake.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { NOW } from '../../lib/afternoon.fake.ts'
import { createFakeTransport } from '../../lib/transport.fake.ts'
import { openWindow } from '../window.fake.tsx'

async function openDiagnostics() {
  const transport = createFakeTransport()
  return openWindow({ address: '#/diagnostics', transport })
}

test('the checks run on demand, show how far they are, and lead with what is broken and its command', async () => {
  const { screen, transport } = await openDiagnostics()
  await expect.element(screen.getByText('Not checked yet.')).toBeVisible()
  const running = { ...aDiagnosis(NOW), state: 'running' as const, groups: [], of: 50, pending: ['docker', 'gpu'] }
  transport.answer({ runDiagnosis: () => running, getDiagnosis: () => running })
  await screen.getByRole('button', { name: 'Check now' }).click()
  await expect.element(screen.getByText('48 of 50 checks done.', { exact: false })).toBeVisible()
  await expect.element(screen.getByText('Still looking at docker, gpu.', { exact: false })).toBeVisible()
  await expect.element(screen.getByRole('button', { name: 'Looking…' })).toHaveFocus()
  transport.answer({ getDiagnosis: () => aDiagnosis(NOW) })
  transport.push('changed', { seq: 1, what: ['diagnosis'] })
  const open = screen.getByRole('list', { name: 'To look at' })
  await expect.element(screen.getByText('2 things to look at.')).toBeVisible()
  await expect.element(open.getByRole('listitem').first()).toMatchTextContent(/Broken.*can be read by other users/)
  await expect.element(open.getByRole('button', { name: 'Copy the command chmod 700 "$HOME/windfall"' })).toBeVisible()
  await screen.getByText('All findings').click()
  await expect.element(screen.getByText('Linux 6.8, x64, 16 processors')).toBeVisible()
})

test('checks that cannot be made say so', async () => {
  const { screen, transport } = await openDiagnostics()
  transport.answer({ getDiagnosis: () => ({ ...aDiagnosis(NOW), state: 'failed', groups: [], message: 'out of memory' }) })
  transport.push('changed', { seq: 1, what: ['diagnosis'] })
  await expect.element(screen.getByRole('alert')).toMatchTextContent('The checks could not be made: out of memory')
  transport.fail('runDiagnosis', new WindfallError('unavailable', 'Run windfall doctor on the command line.'))
  await screen.getByRole('button', { name: 'Check now' }).click()
  await expect.element(screen.getByText('Run windfall doctor on the command line.', { exact: false })).toBeVisible()
})

test('the log is filtered by level and words, and says when nothing is like that', async () => {
  const { screen, transport } = await openDiagnostics()
  await expect.element(screen.getByText('2 of 2 lines, the newest first.')).toBeVisible()
  await expect.element(screen.getByText(/the coordinator does not answer/)).toBeVisible()
  transport.answer({ listLogs: ({ search }) => ({ lines: [], kept: search === '' ? 0 : 2 }) })
  await screen.getByRole('searchbox', { name: 'Find in the log' }).fill('unicorn')
  await expect.element(screen.getByText('No line is like that.')).toBeVisible()
  await screen.getByRole('searchbox', { name: 'Find in the log' }).fill('')
  await screen.getByRole('button', { name: 'Read again' }).click()
  await expect.element(screen.getByText('Nothing was written down yet.')).toBeVisible()
})

test('a report is read whole, with a note of its own, before it goes anywhere', async () => {
  const { screen } = await openDiagnostics()
  await expect.element(screen.getByText('keys, tokens and passwords')).toBeVisible()
  await expect.element(screen.getByRole('region', { name: 'The whole report' })).not.toBeInTheDocument()
  await screen.getByRole('button', { name: 'Make a report' }).click()
  const whole = screen.getByRole('region', { name: 'The whole report' })
  await expect.element(whole).toMatchTextContent('- Windfall: 1.4.0')
  await screen.getByRole('textbox', { name: /What happened/ }).fill('It froze at noon.')
  await expect.element(whole).toMatchTextContent(/Windfall problem report.*What happened.*It froze at noon\..*Versions/)
  await expect.element(screen.getByRole('button', { name: 'Save file' })).toBeVisible()
})

test('without the agent the page says what can be done all the same', async () => {
  const { screen, transport } = await openDiagnostics()
  await expect.element(screen.getByText('Not checked yet.')).toBeVisible()
  transport.setLink({ state: 'lost', since: NOW })
  await expect.element(screen.getByText('windfall doctor', { exact: true })).toBeVisible()
  await expect.element(screen.getByRole('button', { name: 'Check now' })).toBeDisabled()
  await expect.element(screen.getByRole('button', { name: 'Make a report' })).toBeDisabled()
})
