import react from '@vitejs/plugin-react'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { APART } from './e2e/support/apart.ts'
import { chromiumPath } from './e2e/support/chromium.ts'
import { LongestFirst } from './e2e/support/longest-first.ts'

/** A test that waits for a real process or a real browser waits for what happens, however slow the machine is. */
const WAITING = { poll: { timeout: 60_000 } }
/** What hangs is ended; nothing that only is slow comes near, even where other work takes most of the machine. */
const HANGS_MS = 120_000

/** One file per processor at a time; by default one of them would stay free for an editor. */
const EVERY_PROCESSOR = '100%'

const node = {
  environment: 'node',
  maxWorkers: EVERY_PROCESSOR,
  testTimeout: HANGS_MS,
  hookTimeout: HANGS_MS,
  globalSetup: ['e2e/support/scratch.setup.ts', 'e2e/support/postgres.setup.ts'],
  expect: WAITING,
}

/** One file after another in the same process: to load the coordinator anew for each takes longer than most of them. */
const together = { isolate: false, setupFiles: ['e2e/support/clean-worker.setup.ts'] }

/** Property, crash and tamper tests over real engines: minutes of work in seconds, but too long for every save. */
const THOROUGH = [
  ...APART,
  // Its threads come and go, and in a process that has had many V8 may lose count of its code pages and abort (`Check failed: jit_page.has_value()`).
  'main/coordinator/planning-thread.test.ts',
  'e2e/chain/**/*.test.ts',
  'e2e/grid/**/*.test.ts',
  'e2e/receipts/**/*.test.ts',
  'e2e/simulation/**/*.test.ts',
  'main/agent/gpu/nvidia-finder.property.test.ts',
  'main/agent/jobs/{wasm,wasm-freeze,abuse/wasm}.test.ts',
  'main/agent/metering/sample-crash.test.ts',
  'main/agent/sync/outbox-{crash,torn}.test.ts',
  'main/localnet/**/*.test.ts',
  'resources/**/!(*.docker).test.ts',
  'shared/domain/energy/{integration-error,truth}.test.ts',
  'shared/domain/verify-receipt.tamper.test.ts',
]

/** What keeps its state in the coordinator's database, tested on PostgreSQL as the project `unit` tests it on SQLite. */
const STATEFUL = [
  'main/coordinator/{approvals,audit,funding,jobs,ledger,models,payouts,persons,proofs,receipts,registry,vaults,wallets,webhooks}/**/*.test.ts',
  'main/coordinator/members/{members,sign-in}.test.ts',
  'main/coordinator/{canarying,evidencing,exporting,job-money,quorum,runs,standings,statistics}.test.ts',
]
/** Whose clock runs through days while a real server would still be answering the first minute. */
const OUTRUN = [
  'main/coordinator/audit/forgetting.test.ts',
  'main/coordinator/jobs/retention.test.ts',
  'main/coordinator/registry/{availability-book,habits}.test.ts',
]

/** What takes most of the time there, and asks nothing of the database that the rest does not ask. */
const SLOW_ON_POSTGRES = [
  'main/coordinator/jobs/{dispatch,reasons}.test.ts',
  'main/coordinator/ledger/upgrade.test.ts',
  'main/coordinator/receipts/anchors.test.ts',
]

export default defineConfig(async () => ({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...node,
          ...together,
          name: 'unit',
          include: ['{shared,main,preload,renderer}/**/*.test.ts', 'e2e/boundaries.test.ts', 'e2e/support/**/*.test.ts', 'e2e/scale/**/*.test.ts'],
          exclude: ['**/*.docker.test.ts', '**/node_modules/**', ...THOROUGH],
        },
      },
      { test: { ...node, name: 'thorough', include: [...THOROUGH], testTimeout: 240_000 } },
      {
        test: {
          ...node,
          ...together,
          name: 'postgres',
          include: STATEFUL,
          exclude: [...OUTRUN, ...SLOW_ON_POSTGRES],
          env: { WINDFALL_TEST_DATABASE: 'postgres' },
          testTimeout: 600_000,
        },
      },
      { test: { ...node, name: 'docker', include: ['{main,resources}/**/*.docker.test.ts'], testTimeout: 120_000, fileParallelism: false } },
      { test: { ...node, name: 'packages', include: ['e2e/packaging/**/*.test.ts'], testTimeout: 240_000, hookTimeout: 240_000 } },
      // Half of their time they wait for leases, windows and timers of real processes.
      { test: { ...node, name: 'network', maxWorkers: 3, include: ['e2e/network/**/*.test.ts'], testTimeout: 600_000 } },
      {
        plugins: [react()],
        // Found only while tests run, these would make Vite reload in the middle of the first run on a fresh clone.
        optimizeDeps: {
          include: [
            'react',
            'react-dom/client',
            'react/jsx-dev-runtime',
            '@tanstack/react-query',
            '@tanstack/react-virtual',
            'd3-geo',
            'topojson-client',
            'zustand',
            'zod',
            'vitest-browser-react',
            '@noble/curves/ed25519',
            '@noble/curves/nist',
            '@noble/hashes/sha2',
          ],
        },
        test: {
          name: 'component',
          include: ['renderer/**/*.test.tsx'],
          testTimeout: HANGS_MS,
          expect: WAITING,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                executablePath: await chromiumPath(),
                args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
}))
