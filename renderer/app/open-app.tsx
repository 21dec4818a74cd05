import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { browserClock } from '../lib/clock.ts'
import { connectToAgent } from '../lib/connect.ts'
import { windowShell } from '../lib/shell-link.ts'
import { App } from './app.tsx'
import { createQueryClient } from './queries.ts'
import { createServices } from './services.ts'

/** Shows the window in an element of the page. Loaded once the language is chosen: many texts are made when their module is. */
export function openApp(root: Element): void {
  const services = createServices(connectToAgent(), {
    clock: browserClock,
    verify: async (bundle, pinnedKeys) => (await import('../lib/verify.ts')).verifyHere(bundle, pinnedKeys),
    shell: windowShell,
    reload: () => location.reload(),
  })
  createRoot(root).render(
    <StrictMode>
      <App services={services} queries={createQueryClient()} />
    </StrictMode>,
  )
}
