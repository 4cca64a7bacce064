/*
 * Builds dist/ from src/: one script, one style sheet, both named by their contents, and the page
 * that names them. The same sources and lock file give the same bytes, on any machine:
 * tests/portal/check_bundle.sh holds the committed dist/ to that.
 *
 * `node build.mjs [FOLDER]` writes to FOLDER instead of dist/.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const GZIP_BYTES_MAX = 80_000;
const root = path.dirname(fileURLToPath(import.meta.url));
const target = path.resolve(process.argv[2] ?? path.join(root, 'dist'));

/* The packages whose code is in the bundle; their licences ask to travel with it. */
const BUNDLED = ['lit', 'lit-html', 'lit-element', '@lit/reactive-element', 'wavesurfer.js'];

async function licences() {
    const parts = [];
    for (const name of BUNDLED) {
        const folder = path.join(root, 'node_modules', name);
        const { version } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
        const text = await readFile(path.join(folder, 'LICENSE'), 'utf8');
        parts.push(`${name} ${version}\n\n${text.trim()}\n`);
    }
    return parts.join(`\n${'-'.repeat(72)}\n\n`);
}

async function bundle() {
    const result = await build({
        absWorkingDir: root,
        entryPoints: [
            { in: 'src/main.ts', out: 'app' },
            { in: 'src/page.css', out: 'app' },
        ],
        entryNames: 'assets/[name]-[hash]',
        outdir: target,
        bundle: true,
        format: 'esm',
        minify: true,
        target: ['chrome111', 'firefox115', 'safari16.4'],
        legalComments: 'none',
        charset: 'utf8',
        metafile: true,
        write: false,
        logLevel: 'warning',
    });
    return result.outputFiles.map((file) => ({
        name: path.relative(target, file.path),
        contents: Buffer.from(file.contents),
    }));
}

async function page(files) {
    const icon = await readFile(path.join(root, 'src/icon.svg'));
    const names = {
        SCRIPT: files.find((file) => file.name.endsWith('.js')).name,
        STYLE: files.find((file) => file.name.endsWith('.css')).name,
        ICON: `data:image/svg+xml;base64,${icon.toString('base64')}`,
    };
    const template = await readFile(path.join(root, 'src/index.html'), 'utf8');
    return template.replace(/%([A-Z]+)%/g, (whole, name) => names[name] ?? whole);
}

const files = await bundle();
files.push({ name: 'index.html', contents: Buffer.from(await page(files)) });
const gzip_bytes = files.reduce((sum, file) => sum + gzipSync(file.contents).length, 0);
if (gzip_bytes > GZIP_BYTES_MAX) {
    throw new Error(`the bundle has ${gzip_bytes} bytes, the limit is ${GZIP_BYTES_MAX}`);
}
files.push({ name: 'licences.txt', contents: Buffer.from(await licences()) });

await rm(target, { recursive: true, force: true });
for (const file of files) {
    const place = path.join(target, file.name);
    await mkdir(path.dirname(place), { recursive: true });
    await writeFile(place, file.contents);
}
console.log(`${files.length} files in ${target}, ${gzip_bytes} bytes when compressed`);
