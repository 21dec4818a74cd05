import { render } from 'vitest-browser-react'
import { createFakeWindowClock } from '../lib/clock.fake.ts'
import { NOW } from '../lib/afternoon.fake.ts'
import '../lib/no-eval.ts'
import { type FakeTransport, createFakeTransport } from '../lib/transport.fake.ts'
import { verifyHere } from '../lib/verify.ts'
import { App } from './app.tsx'
import { createQueryClient } from './queries.ts'
import { type Services, type VerifyReceipt, createServices } from './services.ts'

interface WindowSetUp {
  readonly address?: string
  readonly transport?: FakeTransport
  readonly verify?: VerifyReceipt
  /** None by default, as in a browser. */
  readonly shell?: Services['shell']
  readonly reload?: () => void
}

/** The whole window over an agent inside the page, at an address, on an afternoon that only the test moves. */
export async function openWindow({
  address = '#/',
  transport = createFakeTransport(),
  verify = verifyHere,
  shell = null,
  reload = () => {},
}: WindowSetUp = {}) {
  location.hash = address
  const clock = createFakeWindowClock(NOW)
  const screen = await render(<App services={createServices(transport, { clock, verify, shell, reload })} queries={createQueryClient(1)} />)
  return { screen, clock, transport }
}
