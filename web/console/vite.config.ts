import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// `npx vite` in this folder serves the console for development beside a server on WEIKEYI_URL.
const server = process.env['WEIKEYI_URL'] ?? 'http://127.0.0.1:8080'

export default defineConfig({
  base: '/console/',
  plugins: [react()],
  build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 900 },
  server: { proxy: { '/api': server, '/files': server, '/ws': { target: server.replace(/^http/, 'ws'), ws: true } } },
})
