/*
 * browser: Debian's chromium under playwright-core, and what the portal's tests share: watching a
 * page for anything that should not happen, axe, sign-in, screenshots.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before } from 'node:test';

/* The packages are those of the portal: one lock file for the source and its tests. */
const from_portal = createRequire(new URL('../../web/portal/package.json', import.meta.url));
const { chromium } = from_portal('playwright-core');
const AXE = readFileSync(from_portal.resolve('axe-core/axe.min.js'), 'utf8');

const ARGUMENTS = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
];
const WAIT_MS = 15_000;

export function launch() {
    return chromium.launch({
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        headless: true,
        args: ARGUMENTS,
    });
}

/*
 * The recorder that a test is run against: its address, and who signs in. Environment: PORTAL_URL,
 * PORTAL_CUSTOMER, PORTAL_PIN; SCREENSHOTS (folder, optional), CHROMIUM (path, optional).
 */
export function recorder() {
    const { PORTAL_URL, PORTAL_CUSTOMER: customer, PORTAL_PIN: pin } = process.env;
    assert.ok(PORTAL_URL && customer && pin, 'set PORTAL_URL, PORTAL_CUSTOMER and PORTAL_PIN');
    return { url: PORTAL_URL.replace(/\/$/, ''), customer, pin };
}

/* A browser for the tests of a file: `get()` is it while they run. */
export function launch_for_tests() {
    let browser;
    before(async () => {
        browser = await launch();
    });
    after(async () => {
        await browser?.close();
    });
    return { get: () => browser };
}

/* A failed request is an error in Chromium's console; these are answers the portal lives with. */
function is_expected(message, allowed) {
    const status = /status of (\d+)/.exec(message.text())?.[1];
    return status !== undefined && allowed.has(Number(status));
}

/*
 * A page of its own context. `unwelcome` collects console errors, exceptions, breaches of the
 * policy and requests to other hosts; statuses in `allowed` may be met.
 */
export async function open_page(browser, url, options = {}, allowed_statuses = [401, 404]) {
    const context = await browser.newContext({
        locale: 'en-GB',
        viewport: { width: 1280, height: 900 },
        reducedMotion: 'reduce',
        ...options,
    });
    context.setDefaultTimeout(WAIT_MS);
    const page = await context.newPage();
    const unwelcome = [];
    const allowed = new Set(allowed_statuses);
    page.on('console', (message) => {
        const bad = ['error', 'warning'].includes(message.type());
        if (bad && !is_expected(message, allowed)) {
            unwelcome.push(`console: ${message.text()}`);
        }
    });
    page.on('pageerror', (cause) => unwelcome.push(`exception: ${cause}`));
    page.on('request', (request) => {
        const other = !request.url().startsWith(url) && !/^(data|blob):/.test(request.url());
        if (other) {
            unwelcome.push(`request to ${request.url()}`);
        }
    });
    await page.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', (event) => {
            console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
        });
    });
    return { context, page, unwelcome };
}

/* Sign in on the page that shows the form; waits where the recorder asks to. */
export async function sign_in(page, customer, pin) {
    for (let attempt = 0; attempt < 6; attempt++) {
        await page.locator('#customer').fill(customer);
        await page.locator('#pin').fill(pin);
        await page.locator('recorder-sign-in button[aria-disabled=false]').click();
        const refused = page.locator('recorder-sign-in .notice.problem');
        const inside = page.locator('recorder-list');
        await refused.or(inside).first().waitFor();
        if (await inside.isVisible()) {
            return;
        }
        await page
            .locator('recorder-sign-in button[aria-disabled=false]')
            .waitFor({ timeout: 60_000 });
    }
    assert.fail('signing in did not work');
}

/* The first call in the list that is whole, with audio to play. */
export function first_call(page) {
    return page.locator('recorder-list a.call:not(:has(.badge))').first();
}

/* The media element's state. */
export function media(page) {
    return page.locator('recorder-player audio').evaluate((audio) => ({
        now_s: audio.currentTime,
        total_s: audio.duration,
        paused: audio.paused,
        error: audio.error?.message ?? null,
    }));
}

/* Waits until the media element plays and its time has gone on by `by_s` from where it is. */
export async function advances(page, by_s = 0.4) {
    await page.waitForFunction(() => {
        const player = document
            .querySelector('recorder-app')
            .shadowRoot.querySelector('recorder-player');
        const audio = player?.shadowRoot.querySelector('audio');
        return audio && !audio.paused && audio.readyState >= 2 && !audio.seeking;
    });
    const { now_s } = await media(page);
    const deadline_ms = Date.now() + WAIT_MS;
    while (Date.now() < deadline_ms) {
        const { now_s: later_s, error } = await media(page);
        assert.equal(error, null);
        if (later_s >= now_s + by_s) {
            return { from_s: now_s, to_s: later_s };
        }
        await page.waitForTimeout(50);
    }
    return assert.fail(`the time stands still at ${now_s} s`);
}

/* How wide the page wants to be beyond the window, in pixels. */
export function overflow_px(page) {
    return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

/* All rules of axe, through the shadow roots; a list of what is wrong, in words. */
export async function axe(page) {
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document));
    return violations.map(
        ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(' | ')}`,
    );
}

/* A picture for people, where the environment says to which folder. */
export async function picture(page, name, fullPage = false) {
    const folder = process.env.SCREENSHOTS;
    if (!folder) {
        return;
    }
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage });
}
