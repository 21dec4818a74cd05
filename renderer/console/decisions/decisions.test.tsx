import { expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { WindfallError } from '../../../shared/errors.ts'
import { aPerson, openConsole } from '../console.fake.tsx'
import { INPUT, NODE, aLog, aSummary, decisionHandlers } from './decisions.fake.ts'

test('the list leads to what each decision is about, and to the decision', async () => {
  const handlers = decisionHandlers(
    [],
    [
      aSummary({
        subjects: [
          { kind: 'job', id: 'job-1' },
          { kind: 'node', id: NODE },
          { kind: 'proof', id: 'p-1' },
        ],
      }),
    ],
  )
  const { screen } = await openConsole({ address: '#/decisions', handlers })
  await expect.element(screen.getByRole('link', { name: '#2' })).toHaveAttribute('href', '#/decisions/2')
  await expect.element(screen.getByRole('link', { name: 'job job-1' })).toHaveAttribute('href', '#/jobs/job-1')
  await expect.element(screen.getByRole('link', { name: /^node n77777/ })).toHaveAttribute('href', `#/fleet/${NODE}`)
})

test('an address is what is looked for; what cannot be looked for is said and not sent', async () => {
  const { screen, coordinator } = await openConsole({
    address: '#/decisions?about=job:job-1&kind=Plan!&since=2026-11-20&until=2026-11-21',
    handlers: decisionHandlers([]),
  })
  await expect.element(screen.getByText(/is not looked for: write a kind in small letters/)).toBeVisible()
  const expected = { about: 'job:job-1', kind: null, since: '2026-11-20T00:00:00.000Z', until: '2026-11-22T00:00:00.000Z' }
  expect(coordinator.asked.filter(({ name }) => name === 'listDecisions').map(({ input }) => input)).toContainEqual(expect.objectContaining(expected))
  await screen.getByRole('searchbox', { name: 'Kind' }).fill('plan')
  await userEvent.keyboard('{Enter}')
  await expect.poll(() => location.hash).toContain('kind=plan')
})

test('a decision shows its score in parts, what was weighed and why not, and what was out of the question', async () => {
  const { screen } = await openConsole({ address: '#/decisions/2', handlers: decisionHandlers(await aLog()) })
  await expect.element(screen.getByText(/Score 0\.2608 = 0\.17784 carbon \+ 0\.063 price \+ 0\.02 in use/)).toBeVisible()
  await expect.element(screen.getByRole('row', { name: /DE from 14:00 on.*Chosen/ })).toBeVisible()
  await expect.element(screen.getByRole('row', { name: /PL from 15:00 on <img src=x onerror=alert\(1\)>.*0\.5492 more/ })).toBeVisible()
  await expect.element(screen.getByText('14 above the carbon cap')).toBeVisible()
  await expect.element(screen.getByText('plan, version 1')).toBeVisible()
})

test('a decision is checked here, against itself and the one before it', async () => {
  const { screen } = await openConsole({ address: '#/decisions/2', handlers: decisionHandlers(await aLog()) })
  const check = screen.getByRole('region', { name: 'Check' })
  await expect.element(check.getByRole('listitem').nth(2)).toBeVisible()
  expect(check.getByText('Passed').elements()).toHaveLength(3)
  await expect.element(check.getByText(/^Decision 1: [0-9a-f]{64}$/)).toBeVisible()
})

test('a record that was changed is found out', async () => {
  const [fact, choice] = await aLog()
  const { screen } = await openConsole({
    address: '#/decisions/2',
    handlers: decisionHandlers([fact, { ...choice, body: choice.body.replace('greener', 'cheaper') }]),
  })
  const check = screen.getByRole('region', { name: 'Check' })
  await expect.element(check.getByText(/the record says/)).toBeVisible()
  expect(check.getByText('Failed').elements()).toHaveLength(2)
})

test('who may read everything reads an input, checked against its hash', async () => {
  const { screen } = await openConsole({ address: '#/decisions/2', me: aPerson('auditor'), handlers: decisionHandlers(await aLog()) })
  await screen.getByRole('button', { name: 'Show jobs' }).click()
  await expect.element(screen.getByRole('region', { name: 'Text of jobs' })).toMatchTextContent(INPUT)
  await expect.element(screen.getByText(/Its SHA-256, computed in this browser/)).toBeVisible()
  await expect.element(screen.getByRole('row', { name: /zone DE.*No longer kept/ })).toBeVisible()
  await expect.element(screen.getByText(/no longer kept, so it cannot be made again/)).toBeVisible()
})

test('as long as all inputs are kept there is the command that makes the choice again', async () => {
  const handlers = decisionHandlers(await aLog())
  const { screen, coordinator } = await openConsole({ address: '#/', me: aPerson('auditor'), handlers })
  const { record, inputs } = await coordinator.client.call('getDecision', { seq: 2 })
  coordinator.answer({ getDecision: () => ({ record, inputs: inputs.map((input) => ({ ...input, bytes: 5 })) }) })
  location.hash = '#/decisions/2'
  await expect.element(screen.getByRole('region', { name: 'Replay' }).getByText(`windfall decision replay 2 --coordinator ${location.origin}`)).toBeVisible()
})

test('a requester sees what is about its jobs, and neither inputs nor what is before it', async () => {
  const [, choice] = await aLog()
  const { screen } = await openConsole({ address: '#/decisions/2', me: aPerson('requester'), handlers: decisionHandlers([choice]) })
  await expect.element(screen.getByText('The texts are for auditors of this coordinator', { exact: false })).toBeVisible()
  await expect.element(screen.getByText(/Decision 1 is not about a job of yours/)).toBeVisible()
  expect(screen.getByRole('button', { name: /^Show/ }).query()).toBeNull()
  expect(screen.getByRole('link', { name: /^node/ }).query()).toBeNull()
})

test('what does not exist, and what was erased, is said', async () => {
  const [fact] = await aLog()
  const { screen, coordinator } = await openConsole({ address: '#/decisions/9', handlers: decisionHandlers([{ ...fact, body: 'erased' }]) })
  await expect.element(screen.getByRole('alert')).toMatchTextContent(/There is no decision 9/)
  location.hash = '#/decisions/1'
  await expect.element(screen.getByText('What it said was personal and is erased. Its hash still stands in the chain.')).toBeVisible()
  coordinator.fail('listDecisions', new WindfallError('internal', 'The log cannot be read.'))
  location.hash = '#/decisions'
  await expect.element(screen.getByRole('alert')).toMatchTextContent(/The log cannot be read/)
})
