/** `windfall coordinator` as a program of its own, without the rest of Windfall in memory. `coordinator-process.ts` starts its bundle. */
import { coordinatorCommand } from './commands/coordinator.ts'
import { runProgram } from './program.ts'
import { keepHeapSmall } from './small-heap.ts'

keepHeapSmall()
await runProgram(process.argv, { coordinator: async () => coordinatorCommand() })
