import { defineConfig } from 'vitest/config'

// Not a test: walks through every screen at both sizes and leaves pictures in out/.
export default defineConfig({
  test: { include: ['screens*.ts'], testTimeout: 600_000, hookTimeout: 600_000, reporters: ['verbose'] },
})
