// Builds the page into ../assets: one script, one style sheet, the HTML page and
// the licences of everything that ended up in the two bundles.

import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '..', 'assets');
const LICENSES = 'THIRD_PARTY_LICENSES.txt';
const ALLOWED = new Set(['MIT', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'ISC', 'MPL-2.0']);

// Packages without a licence file, and the package that carries the file of their
// common repository or, for the last one, the same text by the same author.
const TEXT_OF = {
  '@graphiql/plugin-doc-explorer': 'graphiql',
  '@graphiql/plugin-history': 'graphiql',
  'react-compiler-runtime': 'react',
  'react-remove-scroll-bar': 'react-remove-scroll',
};

// GraphiQL's style sheet carries Roboto and Fira Code as data URLs. They make up
// nine tenths of it, and the fonts of the system serve as well.
const dropFonts = {
  name: 'drop-fonts',
  setup(build) {
    build.onLoad({ filter: /graphiql[\\/]dist[\\/]style\.css$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(/@font-face\s*\{[^}]*\}/g, ''),
      loader: 'css',
    }));
  },
};

/** The folder below node_modules that a bundled file's package lives in, if any. */
function packageFolder(input) {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
}

function licenseOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(here, folder, 'package.json'), 'utf8'));
  if (!ALLOWED.has(license)) throw new Error(`${name}: the licence ${license} is not on the list`);
  const source = TEXT_OF[name] ? join(here, 'node_modules', TEXT_OF[name]) : join(here, folder);
  const texts = readdirSync(source)
    .filter(file => /^(licen[cs]e|notice|copying)(\.|-|$)/i.test(file))
    .sort()
    .map(file => readFileSync(join(source, file), 'utf8').trim());
  if (!texts.length) throw new Error(`${name}: no licence text in the package`);
  return { title: `${name} ${version}`, license, text: texts.join('\n\n') };
}

function licenses(metafile) {
  const folders = new Set(Object.keys(metafile.inputs).map(packageFolder).filter(Boolean));
  const rule = '='.repeat(78);
  return [...folders]
    .map(licenseOf)
    .sort((a, b) => (a.title < b.title ? -1 : 1))
    .map(({ title, license, text }) => `${rule}\n${title} (${license})\n${rule}\n\n${text}\n`)
    .join('\n');
}

mkdirSync(out, { recursive: true });
const { metafile } = await esbuild.build({
  absWorkingDir: here,
  entryPoints: { explorer: 'main.jsx' },
  outdir: out,
  bundle: true,
  minify: true,
  metafile: true,
  // One classic script: dynamic imports are bundled, too.
  format: 'iife',
  target: 'es2022',
  charset: 'utf8',
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.USE_IMPORT': '"true"' },
  legalComments: 'none',
  banner: { js: `/* Licences: ${LICENSES} */`, css: `/* Licences: ${LICENSES} */` },
  alias: { 'toggle-selection': './deselect.cjs' },
  plugins: [dropFonts],
});
copyFileSync(join(here, 'index.html'), join(out, 'index.html'));
writeFileSync(join(out, LICENSES), licenses(metafile));
