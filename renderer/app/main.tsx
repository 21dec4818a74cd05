import '../lib/no-eval.ts'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { browserClock } from '../lib/clock.ts'
import { connectToAgent } from '../lib/connect.ts'
import { App } from './app.tsx'
import { createQueryClient } from './queries.ts'
import { createServices } from './services.ts'

const services = createServices(connectToAgent(), {
  clock: browserClock,
  verify: async (bundle, pinnedKeys) => (await import('../lib/verify.ts')).verifyHere(bundle, pinnedKeys),
})

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <App services={services} queries={createQueryClient()} />
  </StrictMode>,
)
