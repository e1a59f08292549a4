/// <reference types="vitest/config" />
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// A running Plenum to develop against; its certificate may be self-made.
const server = process.env['PLENUM_URL'] ?? 'https://localhost:8443';
const proxied = { target: server, secure: false, changeOrigin: true };

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: ['chrome115', 'edge115', 'firefox115', 'safari17'],
    manifest: true,
    // The polyfill is an inline script, which our Content-Security-Policy forbids; all targets preload modules.
    modulePreload: { polyfill: false },
    // Nothing becomes a data: URL, so that every asset is a file with a hash of its own.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 600,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
            { name: 'livekit', test: /node_modules[\\/]livekit-client[\\/]/ },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      '/api': proxied,
      '/ca.crt': proxied,
      '/live': { ...proxied, ws: true },
      '/rtc': { ...proxied, ws: true },
    },
  },
  test: {
    environment: 'jsdom',
    setupFiles: ['src/test/setup.ts'],
    restoreMocks: true,
    css: { modules: { classNameStrategy: 'non-scoped' } },
    include: ['src/**/*.test.{ts,tsx}'],
  },
});
