import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { browserClock } from '../lib/clock.ts'
import { Console } from './console.tsx'
import { coordinatorHere } from './coordinator-link.ts'
import { credentialIn, takeKey } from './credential.ts'
import { createQueries } from './queries.ts'
import { createServices } from './services.ts'
import { uploadHere } from './upload.ts'

const takeKeyHere = () => takeKey({ location, history, storage: sessionStorage })

/** Shows the console of the coordinator that this page came from in an element of it. */
export function openConsole(root: Element): void {
  takeKeyHere()
  // A key that is pasted into the address of an open console is kept out of its history, too.
  addEventListener('hashchange', () => takeKeyHere() && location.reload())
  const credential = credentialIn(sessionStorage)
  const services = createServices({
    coordinator: coordinatorHere(credential, { fetch: (address, init) => fetch(address, init), clock: browserClock, random: Math.random }),
    credential,
    clock: browserClock,
    upload: uploadHere(credential),
    verify: async (bundle, keys) => (await import('./verify-here.ts')).verifyWith(bundle, keys),
  })
  createRoot(root).render(
    <StrictMode>
      <Console services={services} queries={createQueries()} />
    </StrictMode>,
  )
}
