import { type FunctionComponent, useState } from 'react'
import { describe, expect, test, vi } from 'vitest'
import { render } from 'vitest-browser-react'
import { createFakeWindowClock } from '../../lib/clock.fake.ts'
import { NOW } from '../../lib/afternoon.fake.ts'
import { createFakeTransport } from '../../lib/transport.fake.ts'
import { verifyHere } from '../../lib/verify.ts'
import { ServicesContext, createServices } from '../services.ts'
import { OverlayBoundary, PageBoundary } from './page-boundary.tsx'

const GONE = 'Failed to fetch dynamically imported module: http://127.0.0.1:4000/assets/palette-BAhPaMmw.js'
const Breaking = ({ message }: { message: string }) => {
  throw new Error(message)
}

async function show(Shown: FunctionComponent) {
  const reload = vi.fn()
  const transport = createFakeTransport()
  const services = createServices(transport, { clock: createFakeWindowClock(NOW), verify: verifyHere, shell: null, reload })
  const silence = vi.spyOn(console, 'error').mockImplementation(() => {})
  const screen = await render(
    <ServicesContext value={services}>
      <Shown />
    </ServicesContext>,
  )
  silence.mockRestore()
  return { screen, reload, transport }
}

describe('a page that cannot be shown', () => {
  test('because its file went with an update: it says so, and loads what is there now', async () => {
    const { screen, reload } = await show(() => (
      <PageBoundary>
        <Breaking message={GONE} />
      </PageBoundary>
    ))
    await expect.element(screen.getByRole('heading', { level: 1, name: 'This page could not be fetched' })).toBeVisible()
    await screen.getByRole('button', { name: 'Load the page anew' }).click()
    expect(reload).toHaveBeenCalledOnce()
  })

  test('because the agent is gone: what is known stays, and it is loaded once somebody answers', async () => {
    const { screen, transport } = await show(() => (
      <PageBoundary>
        <Breaking message={GONE} />
      </PageBoundary>
    ))
    transport.setLink({ state: 'lost', since: NOW })
    await expect.element(screen.getByText('The agent that brings this page does not answer.')).toBeVisible()
    await expect.element(screen.getByRole('button')).not.toBeInTheDocument()
    transport.setLink({ state: 'open' })
    await expect.element(screen.getByRole('button', { name: 'Load the page anew' })).toBeVisible()
  })

  test('because it broke: it is tried again', async () => {
    const { screen, reload } = await show(() => (
      <PageBoundary>
        <Breaking message="a figure is missing" />
      </PageBoundary>
    ))
    await expect.element(screen.getByRole('alert')).toMatchTextContent(/Could not load this page\..*Try again/)
    expect(reload).not.toHaveBeenCalled()
  })
})

test.for([
  [GONE, 'This part of the window could not be fetched. Load the page anew once the agent answers.'],
  ['a command is missing', 'Something in this window broke. Load the page anew if it happens again.'],
] as const)('what stands above the page fails alone, and the window says why: %s', async ([message, said]) => {
  function Window() {
    const [text, failed] = useState('')
    return (
      <>
        <p>The page is still there.</p>
        <OverlayBoundary failed={failed}>{text === '' ? <Breaking message={message} /> : null}</OverlayBoundary>
        <output>{text}</output>
      </>
    )
  }
  const { screen } = await show(Window)
  await expect.element(screen.getByText('The page is still there.')).toBeVisible()
  await expect.element(screen.getByText(said)).toBeVisible()
})
