/// <reference types="vitest/config" />
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

// A running Plenum to develop against; its certificate may be self-made.
const server = process.env['PLENUM_URL'] ?? 'https://localhost:8443';
const proxied = { target: server, secure: false, changeOrigin: true };

/**
 * React Aria brings its words in 34 languages; ours are four. The others are
 * left out of the build, which would else carry them to every first visit.
 */
const kitLanguages: Plugin = {
  name: 'kit-languages',
  enforce: 'pre',
  load: {
    filter: { id: /react-(aria|stately|aria-components)\/dist\/private\/.*\/[a-z]{2}-[A-Z]{2}\.m?js$/ },
    handler(id) {
      return /\/(en-US|de-DE|fr-FR|nl-NL)\.m?js$/.test(id) ? undefined : 'export default {};';
    },
  },
};

export default defineConfig({
  plugins: [kitLanguages, react()],
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
    // Generous: a page with a keyboard walk and axe takes a second alone, and ten on a machine that is busy.
    testTimeout: 30_000,
    css: { modules: { classNameStrategy: 'non-scoped' } },
    include: ['src/**/*.test.{ts,tsx}'],
  },
});
