// One file per program: dist/<program>.js. better-sqlite3 is native and stays outside the bundle.
import { readdir, readFile } from 'node:fs/promises';
import { build } from 'esbuild';

const programs = (await readdir('src/bin', { withFileTypes: true }))
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
  .map((entry) => entry.name.slice(0, -'.ts'.length));

/** What runs a program where it is not plain node, as words for env(1). */
const interpreters = JSON.parse(await readFile('src/bin/interpreters.json', 'utf8'));

const requireLine =
  "import { createRequire as skerryRequire } from 'node:module';\nconst require = skerryRequire(import.meta.url);";

await Promise.all(
  programs.map((program) =>
    build({
      entryPoints: [`src/bin/${program}.ts`],
      outdir: 'dist',
      bundle: true,
      platform: 'node',
      target: 'node20.19',
      format: 'esm',
      // grpc-js loads proto-loader only for its channelz and ORCA services, which no program offers.
      external: ['better-sqlite3', '@grpc/proto-loader'],
      sourcemap: 'linked',
      minifySyntax: true,
      // V8 keeps the source in memory as it is (docs/adr/0004); names stay, for stack traces.
      minifyWhitespace: true,
      keepNames: true,
      banner: { js: `${firstLine(interpreters[program])}\n${requireLine}` },
      logLevel: 'warning',
    }),
  ),
);

function firstLine(words) {
  return words === undefined ? '#!/usr/bin/env node' : `#!/usr/bin/env -S ${words.join(' ')}`;
}
