/*
 * Runs all the portal's tests against the mock server: node tests/portal/run_mock.mjs
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CUSTOMER, PIN, start_mock } from './mock_server.mjs';

const { url, close } = await start_mock();
const files = ['modules.test.mjs', 'portal.test.mjs', 'states.test.mjs', 'pause.test.mjs'].map((name) =>
    fileURLToPath(new URL(name, import.meta.url)),
);
const tests = spawn(process.execPath, ['--test', '--test-concurrency=1', ...files], {
    stdio: 'inherit',
    env: { ...process.env, PORTAL_URL: url, PORTAL_CUSTOMER: CUSTOMER, PORTAL_PIN: PIN },
});
tests.on('exit', async (code) => {
    await close();
    process.exitCode = code ?? 1;
});
