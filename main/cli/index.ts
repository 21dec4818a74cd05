import type { Command } from 'commander'
import { type Commands, assembleProgram, needed, runProgram } from './program.ts'

/** Every command, in the order of the help, loaded when it is asked for: a coordinator has no use for what agents and local chains are made of. */
const COMMANDS: Commands = {
  up: async () => (await import('./commands/up.ts')).upCommand(),
  agent: async () => (await import('./commands/agent.ts')).agentCommand(),
  coordinator: async () => {
    const { becomeCoordinator } = await import('./coordinator-process.ts')
    return (await import('./commands/coordinator.ts')).coordinatorCommand(becomeCoordinator)
  },
  login: async () => (await import('./commands/login.ts')).loginCommand(),
  logout: async () => (await import('./commands/login.ts')).logoutCommand(),
  whoami: async () => (await import('./commands/login.ts')).whoamiCommand(),
  session: async () => (await import('./commands/session.ts')).sessionCommand(),
  member: async () => (await import('./commands/member.ts')).memberCommand(),
  'api-key': async () => (await import('./commands/api-key.ts')).apiKeyCommand(),
  approval: async () => (await import('./commands/approval.ts')).approvalCommand(),
  job: async () => (await import('./commands/job.ts')).jobCommand(),
  template: async () => (await import('./commands/template.ts')).templateCommand(),
  array: async () => (await import('./commands/array.ts')).arrayCommand(),
  requester: async () => (await import('./commands/requester.ts')).requesterCommand(),
  vault: async () => (await import('./commands/vault.ts')).vaultCommand(),
  receipt: async () => (await import('./commands/receipt.ts')).receiptCommand(),
  emissions: async () => (await import('./commands/emissions.ts')).emissionsCommand(),
  log: async () => (await import('./commands/log.ts')).logCommand(),
  evidence: async () => (await import('./commands/evidence.ts')).evidenceCommand(),
  proof: async () => (await import('./commands/proof.ts')).proofCommand(),
  payout: async () => (await import('./commands/payout.ts')).payoutCommand(),
  status: async () => (await import('./commands/status.ts')).statusCommand(),
  report: async () => (await import('./commands/report.ts')).reportCommand(),
  pause: async () => (await import('./commands/pause.ts')).pauseCommand(),
  resume: async () => (await import('./commands/pause.ts')).resumeCommand(),
  finish: async () => (await import('./commands/pause.ts')).finishCommand(),
  'run-anyway': async () => (await import('./commands/pause.ts')).runAnywayCommand(),
  rule: async () => (await import('./commands/rule.ts')).ruleCommand(),
  device: async () => (await import('./commands/device.ts')).deviceCommand(),
  zone: async () => (await import('./commands/zone.ts')).zoneCommand(),
  canary: async () => (await import('./commands/canary.ts')).canaryCommand(),
  model: async () => (await import('./commands/model.ts')).modelCommand(),
  node: async () => (await import('./commands/node.ts')).nodeCommand(),
  webhook: async () => (await import('./commands/webhook.ts')).webhookCommand(),
  wallet: async () => (await import('./commands/wallet.ts')).walletCommand(),
  fleet: async () => (await import('./commands/fleet.ts')).fleetCommand(),
  pair: async () => (await import('./commands/fleet.ts')).pairCommand(),
  key: async () => (await import('./commands/key.ts')).keyCommand(),
  incident: async () => (await import('./commands/incident.ts')).incidentCommand(),
  audit: async () => (await import('./commands/audit.ts')).auditCommand(),
  person: async () => (await import('./commands/person.ts')).personCommand(),
  decision: async () => (await import('./commands/decision.ts')).decisionCommand(),
  stats: async () => (await import('./commands/stats.ts')).statsCommand(),
  ledger: async () => (await import('./commands/ledger.ts')).ledgerCommand(),
  openapi: async () => (await import('./commands/openapi.ts')).openApiCommand(),
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand(),
  release: async () => (await import('./commands/release.ts')).releaseCommand(),
  localnet: async () => (await import('./commands/localnet.ts')).localnetCommand(),
  completion: async () => (await import('./commands/completion.ts')).completionCommand(createProgram),
  man: async () => (await import('./commands/man.ts')).manCommand(createProgram),
  __complete: async () => (await import('./commands/completion.ts')).completeCommand((name) => assembleProgram(needed(COMMANDS, name))),
}

/** The whole command line; exported so that a test can walk every command's help. */
export const createProgram = (): Promise<Command> => assembleProgram(COMMANDS)

/** Runs one command line, through the proxies that the environment names, and sets the exit code. */
export const main = (argv: readonly string[]): Promise<void> => runProgram(argv, COMMANDS)
