#!/usr/lib/windfall/node_modules/node/bin/node
// The command inside the image, whose base may have neither a shell nor “env”.
const { href } = new URL('file:///usr/lib/windfall/main/cli/windfall.mjs')
await import(href)
