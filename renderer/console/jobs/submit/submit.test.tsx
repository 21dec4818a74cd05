import { beforeEach, expect, test } from 'vitest'
import { userEvent } from 'vitest/browser'
import { WindfallError } from '../../../../shared/errors.ts'
import { aPerson, openConsole } from '../../console.fake.tsx'
import { aDetail, aView, anAnswer, jobHandlers } from '../jobs.fake.ts'

const requester = aPerson('requester')
const DIGEST = `sha256:${'b'.repeat(64)}`
const handlers = {
  planJob: () => anAnswer(),
  getAccount: () => ({ requesterId: 'requester-1', balanceMicroUsd: '5000000', reservedMicroUsd: '0', owedMicroUsd: '0' }),
  listTemplates: () => ({ items: [], next: null }),
}
const asking = (asked: readonly { readonly name: string; readonly input: unknown }[], name: string) =>
  asked.filter((one) => one.name === name).map(({ input }) => input)
const area = () => document.querySelector<HTMLTextAreaElement>('textarea[rows="18"]')
const moduleInput = () => document.querySelector<HTMLInputElement>('input[type="file"][accept^=".wasm"]') as HTMLInputElement

beforeEach(() => sessionStorage.clear())

/** The page with a job to which nothing is missing. */
async function openReady(changes: Parameters<typeof openConsole>[0] = {}) {
  const opened = await openConsole({ address: '#/submit', me: requester, ...changes, handlers: { ...handlers, ...changes.handlers } })
  await opened.screen.getByRole('combobox', { name: 'Runs in' }).selectOptions('docker')
  await opened.screen.getByRole('textbox', { name: 'Image', exact: true }).fill(`example.org/render@${DIGEST}`)
  return opened
}

test('the plan is shown while the job is written, with what it costs and why others are out', async () => {
  const { screen, clock, coordinator } = await openReady()
  expect(asking(coordinator.asked, 'planJob')).toEqual([])
  clock.advance(500)
  await expect.element(screen.getByText('It would run in DE.')).toBeVisible()
  await expect.element(screen.getByText('Out: 15 of 16 machines')).toBeVisible()
  await expect.element(screen.getByText('without enough GPUs')).toBeVisible()
  await expect.element(screen.getByText('$4.75', { exact: false })).toBeVisible()
  await screen.getByRole('textbox', { name: 'Most that it may cost, $' }).fill('1.5')
  await expect.element(screen.getByText('The job has changed; it is planned anew in a moment.')).toBeVisible()
  clock.advance(499)
  expect(asking(coordinator.asked, 'planJob')).toHaveLength(1)
  clock.advance(1)
  await expect.poll(() => asking(coordinator.asked, 'planJob').at(-1)).toMatchObject({ spec: { price: { maxMicroUsd: '1500000' } } })
})

test('what is wrong is said beside its field and by its line, and nothing can be submitted', async () => {
  const { screen, clock, coordinator } = await openReady()
  const cores = screen.getByRole('textbox', { name: 'Processor cores it may use' })
  await cores.fill('many')
  await expect.element(cores).toHaveAttribute('aria-invalid', 'true')
  await expect.element(screen.getByText('1 thing to mend:')).toBeVisible()
  const line = (area()?.value ?? '').split('\n').findIndex((text) => text.includes('"cpus"')) + 1
  await screen.getByRole('button', { name: `Line ${line}` }).click()
  await expect.poll(() => document.activeElement).toBe(area())
  await screen.getByRole('button', { name: 'Submit', exact: true }).click({ force: true })
  clock.advance(5_000)
  expect([...asking(coordinator.asked, 'submitJob'), ...asking(coordinator.asked, 'planJob')]).toEqual([])
})

test('text that is no job takes nothing with it: the way back is to write it on', async () => {
  const { screen } = await openReady()
  const before = area()?.value ?? ''
  await screen.getByRole('textbox', { name: 'The job as JSON' }).fill('{"name": <img src=x onerror=alert(1)>}')
  await expect.element(screen.getByText('Column 10: This is no value: text stands in double quotes.', { exact: false })).toBeVisible()
  await expect.element(screen.getByText('The fields are back once the text below is a job again.')).toBeVisible()
  await screen.getByRole('textbox', { name: 'The job as JSON' }).fill(before)
  await expect.element(screen.getByText('Nothing is missing or wrong.')).toBeVisible()
})

test('submitted again after a broken line it is the same job, and its page comes', async () => {
  let isBroken = true
  const ids: string[] = []
  const { screen } = await openReady({
    handlers: {
      ...jobHandlers(aDetail()),
      getJob: () => aView(aDetail()),
      submitJob: ({ jobId }) => {
        ids.push(jobId)
        if (isBroken) throw new WindfallError('unavailable', 'The coordinator does not answer.')
        return aView(aDetail({ jobId }))
      },
    },
  })
  const submit = screen.getByRole('button', { name: 'Submit for $0.25 at most' })
  await submit.click()
  await expect.element(screen.getByText('It may have arrived all the same. Submit it again: it counts once.')).toBeVisible()
  isBroken = false
  await submit.click()
  await expect.poll(() => location.hash).toBe(`#/jobs/${ids[0]}`)
  expect(ids).toEqual([ids[0], ids[0]])
})

test('who has too little is told where to pay in, and the draft outlives the way there and back', async () => {
  const { screen } = await openReady({
    handlers: {
      submitJob: () => {
        throw new WindfallError('funds.insufficient', 'The balance is $0.10, and the job may cost $0.25.')
      },
    },
  })
  await screen.getByRole('textbox', { name: 'Name', exact: true }).fill('Turbines at dusk')
  await screen.getByRole('button', { name: 'Submit for $0.25 at most' }).click()
  await expect.element(screen.getByText('The balance is $0.10, and the job may cost $0.25.')).toBeVisible()
  await expect.element(screen.getByRole('link', { name: 'Pay in' })).toBeVisible()
  location.hash = '#/jobs'
  await expect.element(screen.getByRole('heading', { name: 'Your jobs' })).toBeVisible()
  location.hash = '#/submit'
  await expect.element(screen.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('Turbines at dusk')
})

test('a module is hashed here and uploaded under what it hashes to; what is none is refused', async () => {
  const uploads: { digest: string; bytes: number }[] = []
  const { screen } = await openConsole({
    address: '#/submit',
    me: requester,
    handlers,
    upload: async ({ digest, bytes, onProgress }) => {
      onProgress(bytes.length)
      uploads.push({ digest, bytes: bytes.length })
    },
  })
  await expect.element(screen.getByText('Choose what the job runs.', { exact: false })).toBeVisible()
  await userEvent.upload(moduleInput(), new File(['MZ evil'], 'evil.wasm'))
  await expect.element(screen.getByRole('alert').getByText(/no WebAssembly module/)).toBeVisible()
  await userEvent.upload(moduleInput(), new File([Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)], 'render.wasm'))
  await expect.element(screen.getByText('render.wasm is uploaded.')).toBeVisible()
  const digest = 'sha256:93a44bbb96c751218e4c00d479e4c14358122a389acca16205b1e4d0dc5f9476'
  expect(uploads).toEqual([{ digest, bytes: 8 }])
  expect(JSON.parse(area()?.value ?? '')).toMatchObject({ runtime: { name: 'wasm', image: digest, archive: digest } })
  await expect.element(screen.getByText('Nothing is missing or wrong.')).toBeVisible()
})

test('what is written while a module is on its way stays', async () => {
  const arrived = Promise.withResolvers<void>()
  const { screen } = await openConsole({
    address: '#/submit',
    me: requester,
    handlers,
    upload: ({ onProgress }) => {
      onProgress(4)
      return arrived.promise
    },
  })
  await expect.element(screen.getByText('Choose what the job runs.', { exact: false })).toBeVisible()
  await userEvent.upload(moduleInput(), new File([Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)], 'render.wasm'))
  await expect.element(screen.getByText(/^Uploading/)).toBeVisible()
  await screen.getByRole('textbox', { name: 'Name', exact: true }).fill('Turbines at dusk')
  arrived.resolve()
  await expect.element(screen.getByText('render.wasm is uploaded.')).toBeVisible()
  await expect.poll(() => JSON.parse(area()?.value ?? '')).toMatchObject({ name: 'Turbines at dusk', runtime: { archive: expect.stringContaining('sha256:') } })
})

test('an address can bring a job that was submitted; what was written can be had back', async () => {
  const job = aDetail()
  const { screen, clock } = await openReady({ handlers: { getJob: () => aView(job) } })
  await screen.getByRole('textbox', { name: 'Name', exact: true }).fill('Mine')
  location.hash = `#/submit?from=${job.jobId}`
  await expect.element(screen.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('Frame 1')
  await expect.poll(() => location.hash).toBe('#/submit')
  // It had seven hours, and has them again.
  expect(JSON.parse(area()?.value ?? '')).toMatchObject({ deadline: new Date(clock.now() + 7 * 3_600_000).toISOString() })
  await screen.getByRole('button', { name: 'Undo' }).click()
  await expect.element(screen.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('Mine')
})

test('who has no account is told so', async () => {
  const { screen } = await openConsole({ address: '#/submit', me: { ...requester, requesterId: null }, handlers })
  await expect.element(screen.getByText('You have no account that a job could be paid from.')).toBeVisible()
})
