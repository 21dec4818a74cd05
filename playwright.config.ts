import { defineConfig } from '@playwright/test'

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  workers: 2,
  fullyParallel: true,
  // Real processes on machines of any speed: what a spec waits for is an event, and these only end one that never comes.
  timeout: 240_000,
  expect: { timeout: 60_000 },
  reporter: [['list']],
  // What a page prefers to be read in, which otherwise is the browser's own; specs read English with a 24-hour clock.
  use: { locale: 'en-GB' },
  projects: [
    { name: 'build', testMatch: 'support/build.setup.ts' },
    { name: 'desktop', testMatch: 'desktop/*.spec.ts', dependencies: ['build'] },
    { name: 'console', testMatch: 'console/*.spec.ts', dependencies: ['build'] },
  ],
})
