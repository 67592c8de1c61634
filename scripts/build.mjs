// One file per program: dist/<program>.js. better-sqlite3 is native and stays outside the bundle.
import { readdir } from 'node:fs/promises';
import { build } from 'esbuild';

const programs = (await readdir('src/bin', { withFileTypes: true }))
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
  .map((entry) => `src/bin/${entry.name}`);

await build({
  entryPoints: programs,
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  external: ['better-sqlite3'],
  sourcemap: 'linked',
  minifySyntax: true,
  keepNames: true,
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire as skerryRequire } from 'node:module';\nconst require = skerryRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
