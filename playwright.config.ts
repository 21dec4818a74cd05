import { defineConfig } from '@playwright/test'

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  workers: 2,
  fullyParallel: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  projects: [
    { name: 'build', testMatch: 'support/build.setup.ts' },
    { name: 'desktop', testMatch: 'desktop/*.spec.ts', dependencies: ['build'] },
  ],
})
